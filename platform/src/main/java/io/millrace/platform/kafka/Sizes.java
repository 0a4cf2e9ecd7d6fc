package io.millrace.platform.kafka;

/**
 * The one size table. Every limit of a broker, topic, producer, consumer or changelog that has to do with the size of a
 * record is derived from here, and checked against the cluster at start.
 */
public final class Sizes {
    /** One RTMP message, and so the body of one packet. */
    public static final int MESSAGE_BYTES = 8 * 1024 * 1024;
    /** The muxed bytes of one part; a part closes early rather than exceed it. */
    public static final int PART_BYTES = 8 * 1024 * 1024;
    /** One Kafka record batch: the largest message or part with all that stands around it. */
    public static final int RECORD_BYTES = 10 * 1024 * 1024;
    /** Bytes that a consumer takes from one partition in one fetch: at least one record of the largest size. */
    public static final int FETCH_PARTITION_BYTES = RECORD_BYTES;
    /** Bytes that a consumer takes in one fetch. */
    public static final int FETCH_BYTES = 32 * 1024 * 1024;

    private Sizes() {}
}
