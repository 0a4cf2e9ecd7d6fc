package io.millrace.ingest.publish;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits the rate of new names: one token bucket per address, and one for the node. Each is full at first and fills
 * again within {@link #FILL_MS}. The last quarter of the node's bucket is reserved for addresses that have taken fewer
 * than {@link #FEW} names, so that a few addresses cannot keep everybody else from publishing.
 *
 * <p>Pure: time is an argument, in ms of any clock; a clock that steps back fills nothing. Confined to one thread at a
 * time. Keeps an address until its bucket is full again, so the number of addresses is at most twice the node's limit
 * of new names.
 */
final class NameQuota {
    /** Time in which an empty bucket becomes full. */
    static final long FILL_MS = 300_000;
    /** An address that has taken this many names from its bucket, or more, may not use the node's reserve. */
    static final int FEW = 10;
    /** The reserve is the node's limit of new names divided by this. */
    private static final int RESERVED_PART = 4;

    enum Answer {
        TAKEN,
        /** The bucket of the address is empty. */
        ADDRESS,
        /** The node's bucket is empty, or only its reserve is left, which this address may not use. */
        NODE
    }

    private final NameLimits limits;
    private final Bucket node;
    /** In order of access: the most recently used bucket is the last. */
    private final Map<String, Bucket> addresses = new LinkedHashMap<>(16, 0.75F, true);

    private static final class Bucket {
        /**
         * Price of one name, in drops. It equals the time in ms in which a bucket fills, so that a bucket gains
         * {@code size} drops per ms.
         */
        private static final long NAME = FILL_MS;

        private final int size;
        private long drops;
        /** Time up to which the bucket was filled. */
        private long filledAtMs;

        Bucket(int size, long nowMs) {
            this.size = size;
            this.drops = size * NAME;
            this.filledAtMs = nowMs;
        }

        /** Fills the bucket up to now, and returns the number of names that may be taken. */
        long names(long nowMs) {
            long elapsedMs = Math.clamp(nowMs - filledAtMs, 0, FILL_MS);
            drops = Math.min(size * NAME, drops + elapsedMs * size);
            filledAtMs = Math.max(filledAtMs, nowMs);
            return drops / NAME;
        }

        void takeOne() {
            drops -= NAME;
        }

        boolean isFull(long nowMs) {
            return nowMs - filledAtMs >= FILL_MS;
        }
    }

    NameQuota(NameLimits limits, long nowMs) {
        this.limits = limits;
        this.node = new Bucket(limits.perNode(), nowMs);
    }

    /**
     * Takes one name from the buckets of {@code address} and of the node, or from neither.
     *
     * @param address the network of the encoder, see {@link io.millrace.platform.net.PeerNetwork}
     */
    Answer take(String address, long nowMs) {
        forgetFull(nowMs);
        long ofNode = node.names(nowMs);
        if (ofNode == 0) {
            return Answer.NODE;
        }
        Bucket bucket = addresses.computeIfAbsent(address, _ -> new Bucket(limits.perAddress(), nowMs));
        long ofAddress = bucket.names(nowMs);
        if (ofAddress == 0) {
            return Answer.ADDRESS;
        }
        if (ofNode <= limits.perNode() / RESERVED_PART && limits.perAddress() - ofAddress >= FEW) {
            return Answer.NODE;
        }
        bucket.takeOne();
        node.takeOne();
        return Answer.TAKEN;
    }

    /** Returns the number of addresses in memory. */
    int size() {
        return addresses.size();
    }

    private void forgetFull(long nowMs) {
        var oldest = addresses.values().iterator();
        while (oldest.hasNext() && oldest.next().isFull(nowMs)) {
            oldest.remove();
        }
    }
}
