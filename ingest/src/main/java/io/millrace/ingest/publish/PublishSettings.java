package io.millrace.ingest.publish;

import java.util.function.Supplier;

/**
 * Settings of the publications of one node.
 *
 * @param nodeId id of the node in the log and for operators
 * @param process random number that identifies this process in the log
 * @param rules returns the rules of epochs that begin on this node now, by application
 * @param ceilingBitsPerSecond bitrate limit of one publisher, 0 for no limit
 * @param media limits of the media of one publisher
 * @param names limits for new stream names
 * @param flapWindowMs a third takeover of a stream within this time is refused
 * @param unacknowledged limits of records that Kafka has not acknowledged
 */
public record PublishSettings(String nodeId, long process, Supplier<ApplicationRules> rules, long ceilingBitsPerSecond,
        MediaLimits media,
        NameLimits names, int flapWindowMs, Unacknowledged unacknowledged) {
    /** Limits of records that Kafka has not acknowledged: of one publisher, of one partition and of the node. */
    public record Unacknowledged(long connectionBytes, long partitionBytes, long nodeBytes) {}
}
