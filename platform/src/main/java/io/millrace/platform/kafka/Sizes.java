package io.millrace.platform.kafka;

/**
 * The size limits of records. Every limit of a broker, topic, producer, consumer or changelog that concerns the size of
 * a record is derived from them, and is checked against the cluster at startup.
 */
public final class Sizes {
    /** One RTMP message, and therefore the body of one packet. */
    public static final int MESSAGE_BYTES = 8 * 1024 * 1024;
    /** The muxed bytes of one part. A part ends early rather than exceed it. */
    public static final int PART_BYTES = 8 * 1024 * 1024;
    /** One Kafka record batch: the largest message or part, with overhead. */
    public static final int RECORD_BYTES = 10 * 1024 * 1024;
    /** Bytes that a consumer fetches from one partition at once: at least one record of the largest size. */
    public static final int FETCH_PARTITION_BYTES = RECORD_BYTES;
    /**
     * Bytes that a consumer fetches at once, if no record is larger. They must arrive within {@link
     * Timeouts#REQUEST_MS}: 9 Mbit/s.
     */
    public static final int FETCH_BYTES = 4 * 1024 * 1024;

    private Sizes() {}
}
