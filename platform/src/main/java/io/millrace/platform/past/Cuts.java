package io.millrace.platform.past;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds in {@code segments} what the index does not contain: the codec configurations at a keyframe, and the packet at
 * a time. Blocks; confined to the thread of its reader.
 *
 * <p>A read begins shortly before the cuts of an index entry. If it finds that they are older, because the encoder
 * stalled within the segment, the next read begins further back, until they are found or the log begins.
 */
public final class Cuts {
    /** A cut is written after the newest packet in its part has arrived, by the same clock. */
    private static final long FIRST_SPAN_MS = 5_000;
    private static final int DEEPER = 4;

    private final KafkaClients kafka;
    private final RangeReader reader;

    public Cuts(KafkaClients kafka, RangeReader reader) {
        this.kafka = kafka;
        this.reader = reader;
    }

    /**
     * Returns the tracks that apply at the keyframe of an index entry. A segment has the same configurations from its
     * beginning to its end, and its first cut contains them by value. If that cut has expired, returns the newest
     * tracks of the epoch.
     *
     * @param budget limit of the whole search
     * @throws ReadLimitException if the budget is exhausted
     */
    public Tracks tracks(StreamEntry epoch, IndexEntry keyframe, ReadBudget budget) {
        return tracks(epoch.stream(), keyframe, budget).orElseGet(() -> Tracks.of(epoch.session().tracks()));
    }

    /** Returns the same tracks; empty if the segment's first cut has expired. */
    public Optional<Tracks> tracks(String stream, IndexEntry keyframe, ReadBudget budget) {
        CutSearch.Head search = search(stream, keyframe, budget, () -> new CutSearch.Head(keyframe));
        return Optional.ofNullable(search.head()).map(Tracks::of);
    }

    /**
     * Returns the offset in {@code packets} of the first packet of the leading track at or after a time; empty if it is
     * not in the log yet.
     *
     * @param entry an entry of the stream at or before the time
     * @param timeMs PROGRAM-DATE-TIME, ms since 1970
     * @param budget limit of the whole search
     * @throws ReadLimitException if the budget is exhausted
     */
    public OptionalLong packetAt(String stream, IndexEntry entry, long timeMs, ReadBudget budget) {
        return search(stream, entry, budget, () -> new CutSearch.End(entry, timeMs)).offset();
    }

    private <S extends CutSearch> S search(String stream, IndexEntry entry, ReadBudget budget, Supplier<S> fresh) {
        TopicPartition segments = kafka.partition(Topic.SEGMENTS, kafka.partitionOf(stream));
        long oldest = reader.beginning(segments);
        long end = reader.end(segments);
        long arrivalMs = entry.times().arrivalUs() / 1_000;
        for (long spanMs = FIRST_SPAN_MS;; spanMs *= DEEPER) {
            long from = reader.offsetAt(segments, arrivalMs - spanMs);
            S search = fresh.get();
            reader.read(segments, from, end, record -> {
                budget.spend(record);
                return !stream.equals(record.key()) || !(record.value() instanceof Cut cut) || search.fold(cut);
            });
            if (search.isFound() || from <= oldest) {
                return search;
            }
        }
    }
}
