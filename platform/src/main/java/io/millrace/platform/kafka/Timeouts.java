package io.millrace.platform.kafka;

/** Timeouts of the Kafka clients in ms. Those of consumer groups are in {@link GroupTimes}. */
public final class Timeouts {
    /**
     * A request without a response is repeated after this time, perhaps at another broker. It is longer than embedded
     * brokers need to fence a broker that does not respond, even if that was the active controller.
     */
    public static final int REQUEST_MS = 4_000;
    /** A connection attempt is given up after this time, for example to a machine that is off. */
    public static final int CONNECT_MS = 1_000;
    /** A publisher's record that is not acknowledged after this time has failed, and the encoder is disconnected. */
    public static final int DELIVERY_MS = 30_000;
    /**
     * Records derived from the log can wait longer, because the log retains their input. The wait is limited because of
     * new partitions: one may accept a producer's second batch first, and then rejects the first one until the producer
     * restarts.
     */
    public static final int PATIENT_DELIVERY_MS = 120_000;
    /** The client reconnects soon after a broker returns. */
    public static final int RECONNECT_BACKOFF_MAX_MS = 500;

    /** A topic that is deleted and created again is noticed within this time. */
    static final int METADATA_MAX_AGE_MS = 5_000;

    /**
     * How long a broker may hold a fetch at the end of a topic that is followed as a whole and in which little happens.
     * It answers as soon as there is a record; on an idle node, the answers without one are most of the work. Less than
     * {@link #REQUEST_MS}, so that a broker that responds is not taken for one that does not.
     *
     * <p>A broker answers the requests of a connection in order. After a change of a partition's leader, the reader's
     * next requests to the remaining brokers wait behind open fetches, so it may read that partition later by this
     * time.
     */
    public static final int QUIET_FETCH_MS = 2_000;
    /** How long a broker may hold a fetch of {@link KafkaClients#seeker} at the end of the log. */
    public static final int SEEKER_FETCH_MS = 5;

    private Timeouts() {}
}
