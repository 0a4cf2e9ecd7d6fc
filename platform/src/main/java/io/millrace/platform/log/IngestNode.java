package io.millrace.platform.log;

import java.time.Duration;

/**
 * Announces the addresses where encoders can reach an ingest node. Kept in {@code nodes} under the node's name and
 * repeated every {@link #REPEATED}; if the Kafka timestamp of the newest record is older than {@link #VALID}, the node
 * has died.
 *
 * @param node name of the node, as in {@link SessionStarted}
 * @param rtmp null if the node announces none
 * @param rtmps null if the node announces none
 * @param keyRequired whether publishing requires a stream key or a signed URL
 */
public record IngestNode(String node, Address rtmp, Address rtmps, boolean keyRequired) implements LogRecord {
    public static final Duration REPEATED = Duration.ofSeconds(5);
    /** Six announcements, so that a single one that Kafka accepts late does no harm. */
    public static final Duration VALID = REPEATED.multipliedBy(6);

    /**
     * The address of a listener.
     *
     * @param host null for the host name in the page's own URL
     * @param port 1 to 65535
     */
    public record Address(String host, int port) {}
}
