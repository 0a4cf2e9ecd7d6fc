package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;
import java.util.Locale;

/** A fault of one node. */
enum Fault {
    KILL_SEGMENTER(Stage.SEGMENTER, Kind.KILL, 5), KILL_PACKAGER(Stage.PACKAGER, Kind.KILL, 5), KILL_EDGE(Stage.EDGE,
            Kind.KILL, 0), KILL_INGEST(Stage.INGEST, Kind.KILL, 5), KILL_BROKER(Stage.BROKER, Kind.KILL, 8),
    /**
     * The broker that coordinates the groups of segmenters and packagers. They must find a new coordinator before they
     * can rebalance.
     */
    KILL_COORDINATOR(Stage.BROKER, Kind.KILL, 8), PAUSE_SEGMENTER(Stage.SEGMENTER, Kind.PAUSE, 5), PAUSE_PACKAGER(
            Stage.PACKAGER, Kind.PAUSE,
            5), PAUSE_EDGE(Stage.EDGE, Kind.PAUSE, 0), PAUSE_INGEST(Stage.INGEST, Kind.PAUSE, 10);

    enum Kind {
        /** SIGKILL, and a restart after the others have taken over. */
        KILL,
        /** SIGSTOP for ten seconds. */
        PAUSE
    }

    private final Stage stage;
    private final Kind kind;
    private final int goalSeconds;

    Fault(Stage stage, Kind kind, int goalSeconds) {
        this.stage = stage;
        this.kind = kind;
        this.goalSeconds = goalSeconds;
    }

    Stage stage() {
        return stage;
    }

    Kind kind() {
        return kind;
    }

    /** Goal for the longest stall on an idle machine; the report contains the actual one. */
    int goalSeconds() {
        return goalSeconds;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case KILL -> "kill -9 ";
            case PAUSE -> "SIGSTOP ";
        } + name().substring(name().indexOf('_') + 1).toLowerCase(Locale.ROOT);
    }
}
