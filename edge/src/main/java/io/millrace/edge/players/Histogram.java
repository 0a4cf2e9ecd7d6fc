package io.millrace.edge.players;

import io.millrace.platform.log.AudienceReport.Bucket;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Distribution of a measure in the buckets of {@link io.millrace.platform.log.AudienceReport.Bucket}, so that the
 * distributions of several edges can be added. A quantile is at most a sixteenth from a value that was added. Confined
 * to one thread.
 */
final class Histogram {
    /** Values below have a bucket each. */
    private static final int EXACT = 16;
    private static final int EXACT_BITS = 4;
    /** Buckets between a power of two and the next one: 2 to the power of this. */
    private static final int FRACTION_BITS = 3;
    /** The bucket of {@link Long#MAX_VALUE}. */
    private static final int LAST = bucket(Long.MAX_VALUE);

    private final TreeMap<Integer, Integer> counts = new TreeMap<>();

    /** Adds the value of one player; a negative one is unknown, and not added. */
    void add(long value) {
        if (value >= 0) {
            counts.merge(bucket(value), 1, Integer::sum);
        }
    }

    /** Adds a distribution; buckets that no edge of this release writes are ignored. */
    void add(List<Bucket> buckets) {
        for (Bucket bucket : buckets) {
            if (bucket.index() >= 0 && bucket.index() <= LAST && bucket.players() > 0) {
                counts.merge(bucket.index(), bucket.players(), Integer::sum);
            }
        }
    }

    /** Returns the buckets that are not empty, in the order of their values. */
    List<Bucket> buckets() {
        return counts.entrySet().stream().map(each -> new Bucket(each.getKey(), each.getValue())).toList();
    }

    /**
     * Returns the value that the fraction {@code quantile} of the players does not exceed; empty without players.
     *
     * @param quantile greater than 0, at most 1
     */
    OptionalLong quantile(double quantile) {
        long players = counts.values().stream().mapToLong(Integer::longValue).sum();
        long wanted = (long) Math.ceil(players * quantile);
        long seen = 0;
        for (Map.Entry<Integer, Integer> each : counts.entrySet()) {
            seen += each.getValue();
            if (seen >= wanted) {
                return OptionalLong.of(middle(each.getKey()));
            }
        }
        return OptionalLong.empty();
    }

    private static int bucket(long value) {
        if (value < EXACT) {
            return (int) value;
        }
        int exponent = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        int fraction = (int) (value >> exponent - FRACTION_BITS) & (1 << FRACTION_BITS) - 1;
        return EXACT + (exponent - EXACT_BITS << FRACTION_BITS) + fraction;
    }

    private static long middle(int bucket) {
        if (bucket < EXACT) {
            return bucket;
        }
        int exponent = (bucket - EXACT >> FRACTION_BITS) + EXACT_BITS;
        long width = 1L << exponent - FRACTION_BITS;
        int fraction = bucket - EXACT & (1 << FRACTION_BITS) - 1;
        return (1L << exponent) + fraction * width + width / 2;
    }
}
