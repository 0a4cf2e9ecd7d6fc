package io.millrace.platform.past;

import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import java.util.function.ToLongFunction;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds an offset of {@code index} shortly before an epoch reaches a position (a time or a segment number). Uses a few
 * short reads, each aimed by interpolating between earlier ones. Kafka's time index does not help with streams that
 * were published faster than real time, since their media times run ahead of the clock. Blocks; confined to the thread
 * of its reader.
 */
final class InterpolationSearch {
    /** After this many records, a search that is not near its goal continues by interpolation. */
    static final int NEAR_RECORDS = 128;
    /** Limit of records read per leap while looking for an entry of the stream among those of other streams. */
    private static final int PROBE_RECORDS = 256;
    private static final int PROBES = 12;
    private static final long TIME_AIM_MS = 5_000;
    private static final long TIME_NEAR_MS = 30_000;
    private static final int SEGMENTS_AIM = 2;
    private static final int SEGMENTS_NEAR = 16;

    /**
     * An entry of the epoch.
     *
     * @param position PROGRAM-DATE-TIME in ms since 1970, or the segment number
     */
    record Point(long offset, long position) {}

    private final RangeReader reader;
    private final TopicPartition index;
    private final StreamEntry epoch;
    private final ReadBudget budget;
    private final ToLongFunction<IndexEntry> position;
    /** A leap aims this far before the wanted position, in ms or segments. */
    private final long aim;
    /** A leap that ends at most this far before the wanted position is near enough, in ms or segments. */
    private final long near;

    private InterpolationSearch(RangeReader reader, TopicPartition index, StreamEntry epoch, ReadBudget budget,
            ToLongFunction<IndexEntry> position, long aim, long near) {
        this.reader = reader;
        this.index = index;
        this.epoch = epoch;
        this.budget = budget;
        this.position = position;
        this.aim = aim;
        this.near = near;
    }

    static InterpolationSearch byTime(RangeReader reader, TopicPartition index, StreamEntry epoch, ReadBudget budget) {
        return new InterpolationSearch(reader, index, epoch, budget, each -> each.times().programDateTimeMs(),
                TIME_AIM_MS,
                TIME_NEAR_MS);
    }

    static InterpolationSearch bySegment(RangeReader reader, TopicPartition index, StreamEntry epoch,
            ReadBudget budget) {
        return new InterpolationSearch(reader, index, epoch, budget, each -> each.id().segment(), SEGMENTS_AIM,
                SEGMENTS_NEAR);
    }

    /**
     * Returns an offset at or before all entries of the epoch whose position is {@code wanted} or later.
     *
     * @param first a known point, from which the first leap is interpolated
     * @param last a later known point, at or before {@code wanted}; if it equals {@code first}, the first leap goes to
     *     {@code guess}
     * @param end an offset at or after all entries of the epoch
     */
    long approach(Point first, Point last, long guess, long end, long wanted) {
        Point low = last;
        Point other = first;
        long high = end;
        long next = first.equals(last) ? Math.clamp(guess, low.offset(), high) : aim(low, other, high, wanted);
        int misses = 0;
        for (int i = 0; i < PROBES && high - low.offset() > NEAR_RECORDS && wanted - low.position() > near; i++) {
            Point found = probe(next, high);
            if (found != null && found.position() <= wanted) {
                other = low;
                low = found;
                misses = 0;
            } else {
                other = found == null ? other : found;
                high = next;
                misses++;
            }
            next = misses < 2 ? aim(low, other, high, wanted) : middle(low, high);
        }
        return low.offset();
    }

    /** Interpolates the offset of the position linearly through two points. */
    private long aim(Point low, Point other, long high, long wanted) {
        if (other.position() == low.position()) {
            return middle(low, high);
        }
        double offsets = (double) (other.offset() - low.offset()) / (other.position() - low.position());
        long leap = (long) ((wanted - aim - low.position()) * offsets);
        return Math.clamp(low.offset() + leap, Math.min(low.offset() + 1, high), high);
    }

    private static long middle(Point low, long high) {
        return low.offset() + (high - low.offset()) / 2;
    }

    /** Returns the first entry of the epoch at or after an offset, or null if there is none nearby. */
    private Point probe(long from, long end) {
        Point[] found = {null};
        int[] records = {0};
        reader.read(index, from, end, record -> {
            budget.spend(record);
            if (epoch.stream().equals(record.key()) && record.value() instanceof IndexEntry entry
                    && entry.id().epoch() >= epoch.epoch()) {
                found[0] = entry.id().epoch() == epoch.epoch()
                        ? new Point(record.offset(), position.applyAsLong(entry))
                        : null;
                return false;
            }
            return ++records[0] < PROBE_RECORDS;
        });
        return found[0];
    }
}
