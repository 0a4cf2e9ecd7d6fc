package io.millrace.platform.log;

import java.time.Duration;

/**
 * Where encoders reach an ingest node, in {@code nodes} under the node's name. Repeated every {@link #REPEATED}; a record whose
 * Kafka timestamp is older than {@link #VALID} is of a node that died.
 *
 * @param node its name, as in {@link SessionStarted}
 * @param rtmp null if the node announces none
 * @param rtmps null if the node announces none
 * @param keyRequired whether a publisher needs a stream key or a signed URL
 */
public record IngestNode(String node, Address rtmp, Address rtmps, boolean keyRequired) implements LogRecord {
    public static final Duration REPEATED = Duration.ofSeconds(5);
    /** Six announcements, so that one that Kafka takes late costs nothing. */
    public static final Duration VALID = REPEATED.multipliedBy(6);

    /**
     * @param host null for the host by which a reader reached the page
     * @param port 1 to 65535
     */
    public record Address(String host, int port) {}
}
