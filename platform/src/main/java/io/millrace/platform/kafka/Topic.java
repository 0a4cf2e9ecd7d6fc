package io.millrace.platform.kafka;

import io.millrace.platform.log.Kick;
import java.util.concurrent.TimeUnit;

/**
 * The topics. All have the same number of partitions and, except {@link #NODES} and
 * {@link #RELAY_RULES}, are partitioned by stream name alone.
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
    /** The positions and states of the relays, keyed by relay and stream. They expire with the media. */
    RELAYS("relays", true),
    /**
     * The relays that the API has defined, keyed by name; all in partition 0. Contains stream keys, so only processes
     * with relays read it.
     */
    RELAY_RULES("relay-rules", true),
    /** The events in the lives of the streams, keyed by stream. */
    EVENTS("events", false),
    /** The events that webhooks have not delivered, keyed by stream. */
    DEAD_LETTERS("dead-letters", false),
    /** Playback quality: sums per stream, edge and interval, without anything about a single viewer. */
    AUDIENCE("audience", false),
    /** Orders of operators about connections of any node: the kicks, keyed by the kicked viewer or publisher. */
    CONTROL("control", true);

    /**
     * Events remain for at least this long, even if media does not: webhooks hold events for a target that does not
     * respond for a quarter of it, and may be stopped for the rest.
     */
    private static final long EVENTS_MS = TimeUnit.HOURS.toMillis(24);
    private static final long DEAD_LETTERS_MS = TimeUnit.DAYS.toMillis(7);
    private static final long AUDIENCE_MS = TimeUnit.HOURS.toMillis(24);
    /** The addresses of a node that dies remain for this long; so do tombstones, see {@link Topics}. */
    private static final long NODES_MS = TimeUnit.HOURS.toMillis(1);
    /** A day longer than the longest kick. */
    private static final long CONTROL_MS = Kick.LIMIT_MS + TimeUnit.DAYS.toMillis(1);

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

    /** Whether the topic is compacted, and its records expire as well, because nobody deletes those of a key. */
    public boolean hasExpiringKeys() {
        return this == NODES || this == RELAYS || this == CONTROL;
    }

    /**
     * Returns for how long the records are retained of a topic that is not compacted, or whose keys expire.
     *
     * @param mediaMs retention of the media, which is that of most topics
     */
    public long retentionMs(long mediaMs) {
        return switch (this) {
            case EVENTS -> Math.max(mediaMs, EVENTS_MS);
            case DEAD_LETTERS -> DEAD_LETTERS_MS;
            case AUDIENCE -> AUDIENCE_MS;
            case NODES -> NODES_MS;
            case CONTROL -> CONTROL_MS;
            case PACKETS, SESSIONS, SEGMENTS, PARTS, INDEX, STREAMS, RELAYS, RELAY_RULES -> mediaMs;
        };
    }

    /** Whether the limit on the size of the media applies to the topic. The records of the others are small. */
    public boolean hasSizeLimit() {
        return !compacted && this != EVENTS && this != DEAD_LETTERS && this != AUDIENCE;
    }

    /** Whether only the newest record of a key is retained. */
    public boolean isCompacted() {
        return compacted;
    }
}
