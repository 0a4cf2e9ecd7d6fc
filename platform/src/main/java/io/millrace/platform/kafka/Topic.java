package io.millrace.platform.kafka;

/**
 * The topics of the design. All have the same number of partitions and are partitioned by stream name alone, but for
 * {@link #NODES}.
 */
public enum Topic {
    /** The log itself: {@code SessionStarted}, {@code Packet}, {@code SessionEnded}, {@code GraceOver}. */
    PACKETS("packets", false),
    /** Notices between ingest nodes, keyed by stream and session. */
    SESSIONS("sessions", true),
    /** The cuts. */
    SEGMENTS("segments", false),
    /** Muxed bytes. */
    PARTS("parts", false),
    /** What is available and where. */
    INDEX("index", false),
    /** The directory, keyed by stream and epoch. */
    STREAMS("streams", true),
    /** Where encoders reach the ingest nodes, keyed by node. A node repeats its record, so none is kept for long. */
    NODES("nodes", true);

    private final String suffix;
    private final boolean compacted;

    Topic(String suffix, boolean compacted) {
        this.suffix = suffix;
        this.compacted = compacted;
    }

    /** The topic's name on the cluster. */
    public String name(String prefix) {
        return prefix + suffix;
    }

    /** Whether only the newest record of a key is kept. */
    public boolean isCompacted() {
        return compacted;
    }
}
