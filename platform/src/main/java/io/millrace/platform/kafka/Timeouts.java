package io.millrace.platform.kafka;

/** Times of the Kafka clients, in one place, in ms; those of groups are {@link GroupTimes}. */
public final class Timeouts {
    /** A request that is not answered is tried again. */
    public static final int REQUEST_MS = 10_000;
    /** A record of a publisher that is not acknowledged by then has failed, and its encoder is told. */
    public static final int DELIVERY_MS = 30_000;
    /**
     * What is made of the log can wait longer for the log, since its input is kept there; not for ever: a partition that
     * was just made may take a producer's second batch first, and then refuses the first until the producer starts anew.
     */
    public static final int PATIENT_DELIVERY_MS = 120_000;
    /** A broker that comes back is found again soon. */
    public static final int RECONNECT_BACKOFF_MAX_MS = 500;

    /** How long a broker may hold a fetch of {@link KafkaClients#seeker} that is at the end of the log. */
    public static final int SEEKER_FETCH_MS = 5;

    private Timeouts() {}
}
