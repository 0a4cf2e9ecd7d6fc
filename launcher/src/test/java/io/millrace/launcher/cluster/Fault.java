package io.millrace.launcher.cluster;

import io.millrace.launcher.cluster.Cluster.Stage;

/** What may happen to one node. */
enum Fault {
    KILL_SEGMENTER(Stage.SEGMENTER, Kind.KILL, 15), KILL_PACKAGER(Stage.PACKAGER, Kind.KILL, 15), KILL_EDGE(Stage.EDGE,
            Kind.KILL, 2), KILL_INGEST(Stage.INGEST, Kind.KILL, 5), KILL_BROKER(Stage.BROKER, Kind.KILL,
                    20), PAUSE_SEGMENTER(Stage.SEGMENTER, Kind.PAUSE, 20), PAUSE_PACKAGER(Stage.PACKAGER, Kind.PAUSE,
                            20), PAUSE_EDGE(Stage.EDGE, Kind.PAUSE, 2), PAUSE_INGEST(Stage.INGEST, Kind.PAUSE, 15);

    enum Kind {
        /** SIGKILL, and a new start once the others have taken over. */
        KILL,
        /** SIGSTOP for ten seconds. */
        PAUSE
    }

    private final Stage stage;
    private final Kind kind;
    private final int stallLimitSeconds;

    Fault(Stage stage, Kind kind, int stallLimitSeconds) {
        this.stage = stage;
        this.kind = kind;
        this.stallLimitSeconds = stallLimitSeconds;
    }

    Stage stage() {
        return stage;
    }

    Kind kind() {
        return kind;
    }

    /** More than this is a failure on any machine that can run the test at all; what is usual stands in the report. */
    int stallLimitSeconds() {
        return stallLimitSeconds;
    }

    @Override
    public String toString() {
        return switch (kind) {
            case KILL -> "kill -9 ";
            case PAUSE -> "SIGSTOP ";
        } + stage.name().toLowerCase(java.util.Locale.ROOT);
    }
}
