package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A fault of one node, of two nodes at once, or of the way between a node and a broker. */
enum Fault {
    KILL_SEGMENTER(Kind.KILL, 5, Stage.SEGMENTER),

    KILL_PACKAGER(Kind.KILL, 5, Stage.PACKAGER),

    KILL_EDGE(Kind.KILL, 0, Stage.EDGE),

    KILL_INGEST(Kind.KILL, 5, Stage.INGEST),

    KILL_BROKER(Kind.KILL, 8, Stage.BROKER),

    /**
     * The broker that coordinates the groups of segmenters and packagers. They must find a new coordinator before they
     * can rebalance.
     */
    KILL_COORDINATOR(Kind.KILL, 8, Stage.BROKER),

    /** The active controller. Another broker must take its place before it can find out that the dead one is gone. */
    KILL_CONTROLLER(Kind.KILL, 8, Stage.BROKER),

    KILL_SEGMENTER_AND_PACKAGER(Kind.KILL, 8, Stage.SEGMENTER, Stage.PACKAGER),

    KILL_BROKER_AND_SEGMENTER(Kind.KILL, 12, Stage.BROKER, Stage.SEGMENTER),

    /** An ingest node, and the leader of the partition of one of its streams. */
    KILL_INGEST_AND_LEADER(Kind.KILL, 12, Stage.INGEST, Stage.BROKER),

    PAUSE_SEGMENTER(Kind.PAUSE, 5, Stage.SEGMENTER),

    PAUSE_PACKAGER(Kind.PAUSE, 5, Stage.PACKAGER),

    PAUSE_EDGE(Kind.PAUSE, 0, Stage.EDGE),

    PAUSE_INGEST(Kind.PAUSE, 10, Stage.INGEST),

    CUT_SEGMENTER(Kind.CUT, Fault.NONE, Stage.SEGMENTER),

    CUT_PACKAGER(Kind.CUT, Fault.NONE, Stage.PACKAGER),

    CUT_EDGE(Kind.CUT, 0, Stage.EDGE),

    CUT_INGEST(Kind.CUT, Fault.NONE, Stage.INGEST),

    RESET_SEGMENTER(Kind.RESET, Fault.NONE, Stage.SEGMENTER),

    RESET_PACKAGER(Kind.RESET, Fault.NONE, Stage.PACKAGER),

    RESET_EDGE(Kind.RESET, 0, Stage.EDGE),

    RESET_INGEST(Kind.RESET, Fault.NONE, Stage.INGEST),

    CLOCK_AHEAD_SEGMENTER(Kind.CLOCK_AHEAD, 0, Stage.SEGMENTER),

    CLOCK_AHEAD_PACKAGER(Kind.CLOCK_AHEAD, 0, Stage.PACKAGER),

    CLOCK_AHEAD_EDGE(Kind.CLOCK_AHEAD, 0, Stage.EDGE),

    CLOCK_AHEAD_INGEST(Kind.CLOCK_AHEAD, 0, Stage.INGEST),

    CLOCK_AHEAD_BROKER(Kind.CLOCK_AHEAD, 0, Stage.BROKER),

    CLOCK_BEHIND_SEGMENTER(Kind.CLOCK_BEHIND, 0, Stage.SEGMENTER),

    CLOCK_BEHIND_PACKAGER(Kind.CLOCK_BEHIND, 0, Stage.PACKAGER),

    CLOCK_BEHIND_EDGE(Kind.CLOCK_BEHIND, 0, Stage.EDGE),

    CLOCK_BEHIND_INGEST(Kind.CLOCK_BEHIND, 0, Stage.INGEST),

    CLOCK_BEHIND_BROKER(Kind.CLOCK_BEHIND, 0, Stage.BROKER),

    FULL_DISK_BROKER(Kind.FULL_DISK, 8, Stage.BROKER),

    RESTORE_BROKER(Kind.RESTORE, 8, Stage.BROKER);

    enum Kind {
        /** SIGKILL, and a restart after the others have taken over. */
        KILL("kill -9"),
        /** SIGSTOP for ten seconds. */
        PAUSE("SIGSTOP"),
        /** No packet passes between the node and one broker. Both reach everybody else. */
        CUT("cut from a broker, silent:"),
        /** As {@link #CUT}, but the node's packets are answered by a reset. */
        RESET("cut from a broker, reset:"),
        /** The clock jumps forward by minutes, and back ten seconds later. */
        CLOCK_AHEAD("clock ahead:"),
        /** The clock jumps back by minutes, and forward ten seconds later. */
        CLOCK_BEHIND("clock behind:"),
        /** The disk is filled up. The node ends by itself, and is started again when there is space. */
        FULL_DISK("full disk:"),
        /** SIGKILL, and a restart with a copy of the data from before the fault, which the node believes to be its newest. */
        RESTORE("older copy restored:");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    /** Some streams stall for as long as the fault lasts. */
    static final int NONE = -1;

    private final Kind kind;
    private final int goalSeconds;
    private final List<Stage> stages;

    Fault(Kind kind, int goalSeconds, Stage... stages) {
        this.kind = kind;
        this.goalSeconds = goalSeconds;
        this.stages = List.of(stages);
    }

    /** Returns the stages of the nodes that it hurts. */
    List<Stage> stages() {
        return stages;
    }

    Kind kind() {
        return kind;
    }

    /** Goal for the longest stall on an idle machine, or {@link #NONE}; the report contains the actual one. */
    int goalSeconds() {
        return goalSeconds;
    }

    /** Whether all streams continue before the repair. */
    boolean isSurvived() {
        return goalSeconds != NONE && this != PAUSE_INGEST;
    }

    /**
     * Whether the default run has it. Kafka's clients measure their waits by the wall clock, so a clock that jumps back by
     * minutes makes a test last minutes.
     */
    boolean isUsual() {
        return kind != Kind.CLOCK_AHEAD && kind != Kind.CLOCK_BEHIND && this != RESET_SEGMENTER && this != RESET_EDGE;
    }

    @Override
    public String toString() {
        return kind.words + " " + switch (this) {
            case KILL_COORDINATOR -> "coordinator";
            case KILL_CONTROLLER -> "controller";
            default -> stages.stream().map(stage -> stage.name().toLowerCase(Locale.ROOT))
                    .collect(Collectors.joining(" and "));
        };
    }
}
