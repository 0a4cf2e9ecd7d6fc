package io.millrace.ingest;

import io.millrace.ingest.publish.ApplicationRules;
import io.millrace.ingest.publish.MediaLimits;
import io.millrace.ingest.publish.NameLimits;
import io.millrace.ingest.publish.PublishSettings;
import io.millrace.platform.access.AccessRules;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.kafka.AdaptiveLinger;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.log.EpochRules;
import io.millrace.platform.rtmp.RtmpListen;
import java.util.function.Supplier;

/**
 * The settings of an ingest node.
 *
 * @param listen addresses of the listeners
 * @param nodeId id of the node in the log and for operators; need not be unique
 * @param addresses addresses that the node announces to encoders
 * @param rules returns the rules of epochs that begin on this node now, by application
 * @param policy rules that decide who may publish, by application
 * @param ceilingBitsPerSecond bitrate limit of one publisher, 0 for no limit
 * @param media limits of the media of one publisher
 * @param names limits for new stream names
 * @param limits memory limits and times
 */
public record IngestSettings(RtmpListen listen, String nodeId, PublicRtmp addresses, Supplier<ApplicationRules> rules,
        AccessRules policy,
        long ceilingBitsPerSecond, MediaLimits media, NameLimits names, Limits limits) {

    /** Creates settings with the same rules for all applications and the default limits for new names. */
    public IngestSettings(RtmpListen listen, String nodeId, PublicRtmp addresses, EpochRules rules,
            AccessSettings policy, long ceilingBitsPerSecond, MediaLimits media, Limits limits) {
        this(listen, nodeId, addresses, () -> ApplicationRules.same(rules), AccessRules.same(policy),
                ceilingBitsPerSecond, media,
                NameLimits.DEFAULT, limits);
    }

    /** Returns the settings of the publications of one process. */
    PublishSettings publish(long process) {
        return new PublishSettings(nodeId, process, rules, ceilingBitsPerSecond, media, names, limits.flapWindowMs(),
                new PublishSettings.Unacknowledged(limits.connectionBytes(), limits.partitionBytes(),
                        limits.nodeBytes()));
    }

    /**
     * Memory limits and times.
     *
     * @param connectionBytes unacknowledged bytes of one publisher above which its socket is not read
     * @param partitionBytes unacknowledged bytes of one partition above which the sockets of its publishers are not
     *        read; the limit is lower while the node has many
     * @param bufferBytes memory of each producer; the partitions share half of it, so that it is never full
     * @param heartbeatMs interval of this process's heartbeats in {@code nodes}
     * @param leaseMs a process is considered dead after it was silent for as many heartbeats of the observing process
     *        as this time has heartbeat intervals
     * @param flapWindowMs a third takeover of a stream within this time is refused
     * @param closeMs how long {@code close} waits for acknowledgements: once for the ends of the sessions, once for all
     *        remaining records
     * @param deliveryMs a record that is not acknowledged after this time has failed, and its publisher is disconnected
     */
    public record Limits(long connectionBytes, long partitionBytes, long bufferBytes, int heartbeatMs, int leaseMs,
            int flapWindowMs, int closeMs, int deliveryMs) {

        /**
         * When a broker freezes, a heartbeat that is on its way there is sent again after {@link Timeouts#REQUEST_MS}, and
         * the next one may be lost in the same way before a new leader is known. Heartbeats of processes that were luckier
         * go on meanwhile, so a lease is longer than that.
         */
        private static final int LEASE_MS = 2 * Timeouts.REQUEST_MS + 2_000;

        public static final Limits DEFAULT = new Limits(4L << 20, 16L << 20, 256L << 20, 1_000, LEASE_MS, 30_000, 5_000,
                Timeouts.DELIVERY_MS);

        public Limits {
            if (heartbeatMs * 2L > leaseMs) {
                throw new IllegalArgumentException(
                        "a lease of " + leaseMs + " ms is less than two heartbeats of " + heartbeatMs + " ms");
            }
        }

        /** Returns for how many heartbeats of this process another process may be silent. */
        public int leaseBeats() {
            return Math.ceilDiv(leaseMs, heartbeatMs);
        }

        /**
         * Returns the node's limit of unacknowledged bytes: half of the producer's memory, because batches are half
         * empty at worst.
         */
        public long nodeBytes() {
            return bufferBytes / 2;
        }

        /**
         * Returns the batch size: two batches per partition, one open and one in flight, fit into the other half of the
         * producer's memory even if they are nearly empty.
         */
        public int batchBytes(int partitions) {
            return AdaptiveLinger.batchBytes(bufferBytes, partitions);
        }
    }
}
