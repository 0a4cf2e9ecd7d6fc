package io.millrace.launcher;

/**
 * The stages, in the order in which one process submits their starts: readers before writers. They are closed in the
 * reverse order, so that publishers are disconnected first.
 */
enum Stage {
    EDGE("the edge's copy of the stream directory"), RELAY("the relays"), WEBHOOKS("the webhooks"), PACKAGER(
            "the packager's partitions from its consumer group"), SEGMENTER(
                    "the segmenter's partitions and their state"), INGEST("ingest's copy of the sessions");

    private final String start;

    Stage(String start) {
        this.start = start;
    }

    /** Returns a noun phrase for what the stage waits for while it starts, which completes "waiting for Kafka: …". */
    String start() {
        return start;
    }
}
