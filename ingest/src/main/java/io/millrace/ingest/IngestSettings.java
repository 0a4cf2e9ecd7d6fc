package io.millrace.ingest;

import io.millrace.ingest.policy.PolicySettings;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.NameLimits;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.rtmp.RtmpListen;

/**
 * What an ingest node is told at start.
 *
 * @param listen where publishers come
 * @param nodeId names this node to the others and to people; two nodes with the same id are no trouble
 * @param addresses that it announces to encoders
 * @param rules what rules an epoch that begins here
 * @param policy who may publish
 * @param ceilingBitsPerSecond of one publisher, 0 for none
 * @param media what one publisher may send
 * @param names how many new names there may be
 * @param limits bounds and times
 */
public record IngestSettings(RtmpListen listen, String nodeId, PublicRtmp addresses, EpochRules rules,
        PolicySettings policy,
        long ceilingBitsPerSecond, MediaLimits media, NameLimits names, Limits limits) {

    /** With as many new names as by default. */
    public IngestSettings(RtmpListen listen, String nodeId, PublicRtmp addresses, EpochRules rules,
            PolicySettings policy, long ceilingBitsPerSecond, MediaLimits media, Limits limits) {
        this(listen, nodeId, addresses, rules, policy, ceilingBitsPerSecond, media, NameLimits.DEFAULT, limits);
    }

    /**
     * Bounds and times.
     *
     * @param connectionBytes of one publisher that are not acknowledged; more, and its socket is not read
     * @param partitionBytes of all publishers of one partition that are not acknowledged; more, and none of theirs is
     * @param bufferBytes memory of the producer; half of it is shared out to the partitions, so that it is never full
     * @param heartbeatMs how often a session is noted again
     * @param leaseMs how long a session may be silent in {@code sessions} before it is taken for dead
     * @param flapWindowMs a third takeover of a stream within this time is refused
     * @param closeMs how long {@code close} waits for the last records to be acknowledged
     * @param deliveryMs a record of a publisher that is not acknowledged by then has failed, and its encoder is told
     */
    public record Limits(long connectionBytes, long partitionBytes, long bufferBytes, int heartbeatMs, int leaseMs,
            int flapWindowMs, int closeMs, int deliveryMs) {

        private static final int BATCH_BYTES_MIN = 16 << 10;
        private static final int BATCH_BYTES_MAX = 128 << 10;

        public static final Limits DEFAULT = new Limits(4L << 20, 16L << 20, 256L << 20, 1_000, 5_000, 30_000, 5_000,
                Timeouts.DELIVERY_MS);

        public Limits {
            if (heartbeatMs * 2L > leaseMs) {
                throw new IllegalArgumentException(
                        "a lease of " + leaseMs + " ms is less than two heartbeats of " + heartbeatMs + " ms");
            }
        }

        /** Bytes in flight of the whole node: records lie in batches that are half empty at worst. */
        public long nodeBytes() {
            return bufferBytes / 2;
        }

        /** Bytes in flight of one of {@code partitions}: all of them full at once still fit into the node's. */
        public long partitionBytes(int partitions) {
            return Math.min(partitionBytes, Math.max(1L << 20, nodeBytes() / partitions));
        }

        /** Bytes of one batch: one that is open and one on its way, both nearly empty, fit into the buffer's other half. */
        public int batchBytes(int partitions) {
            return Math.clamp(bufferBytes / 4 / partitions, BATCH_BYTES_MIN, BATCH_BYTES_MAX);
        }
    }
}
