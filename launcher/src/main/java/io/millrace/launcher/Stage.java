package io.millrace.launcher;

/**
 * The stages, in the order in which they start within one process: who reads comes before who writes, and at the end
 * the publishers leave first.
 */
enum Stage {
    EDGE("the edge to read the directory of streams to its end"), PACKAGER(
            "the packager's partitions from its consumer group"), SEGMENTER(
                    "the segmenter's partitions and their state"), INGEST("ingest to read the sessions");

    private final String start;

    Stage(String start) {
        this.start = start;
    }

    /** What its start waits for, all of it from Kafka. */
    String start() {
        return start;
    }
}
