package io.millrace.platform.kafka;

/**
 * The topics. All have the same number of partitions and, except {@link #NODES}, are partitioned by stream name alone.
 */
public enum Topic {
    /**
     * The input from which cuts, parts, index and directory are derived: {@code SessionStarted}, {@code SessionTracks},
     * {@code Packet}, {@code SessionEnded}, {@code GraceOver}.
     */
    PACKETS("packets", false),
    /** Session notices between ingest nodes, keyed by stream and session. */
    SESSIONS("sessions", true),
    /** The cuts of the segmenter, and the ends of epochs. */
    SEGMENTS("segments", false),
    /** The muxed parts. */
    PARTS("parts", false),
    /** The parts that are available and their offsets, gaps, and the ends of epochs. */
    INDEX("index", false),
    /** The directory of streams, keyed by stream and epoch. */
    STREAMS("streams", true),
    /**
     * The addresses and heartbeats of the ingest nodes, keyed by node or process. Nodes repeat their records, so none
     * is retained for long.
     */
    NODES("nodes", true),
    /** What viewers experience: sums per stream, edge and interval, without anything about a single viewer. */
    AUDIENCE("audience", false);

    private final String suffix;
    private final boolean compacted;

    Topic(String suffix, boolean compacted) {
        this.suffix = suffix;
        this.compacted = compacted;
    }

    /** Returns the topic's name on the cluster. */
    public String name(String prefix) {
        return prefix + suffix;
    }

    /**
     * Whether the Kafka timestamps of the records are times of the media, so that past moments can be found by them.
     */
    public boolean hasMediaTime() {
        return this == PARTS || this == INDEX;
    }

    /**
     * Returns the setting {@code message.timestamp.type}. The records of topics without media time have the timestamp
     * of the partition's leader, so that no other machine's clock decides when Kafka accepts or deletes them.
     */
    String timestampType() {
        return hasMediaTime() ? "CreateTime" : "LogAppendTime";
    }

    /** Whether only the newest record of a key is retained. */
    public boolean isCompacted() {
        return compacted;
    }
}
