package io.millrace.platform.log;

import java.time.Duration;

/**
 * Announces that an edge serves viewers, for operators only: nothing depends on it. Kept in {@code nodes} under {@link
 * #key} and repeated every {@link #REPEATED}; the edge is listed until the newest record is {@link IngestNode#VALID} old.
 *
 * @param node name of the node
 * @param viewers viewers when the record was written
 */
public record EdgeNode(String node, int viewers) implements LogRecord {
    public static final Duration REPEATED = Duration.ofSeconds(10);
    private static final String PREFIX = "edge/";

    /** Returns the key of the record: one process may be an ingest node and an edge of the same name. */
    public String key() {
        return key(node);
    }

    /** Returns the key of the records of a node. */
    public static String key(String node) {
        return PREFIX + node;
    }
}
