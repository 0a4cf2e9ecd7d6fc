package io.millrace.platform.past;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds in {@code segments} what the index does not contain: the codec configurations at a keyframe, and the packet at
 * a time. Blocks; confined to the thread of its reader.
 *
 * <p>A read begins shortly before the cuts of an index entry. If the cuts are older than that, because the encoder
 * stalled within the segment, the next read begins further back, until the cuts are found or the log begins.
 */
public final class Cuts {
    /**
     * Tolerance for differences between clocks. A cut is written after the newest packet in its part has arrived, but
     * packets carry the clock of an ingest node and cuts that of a broker.
     */
    private static final long SLACK_MS = 5_000;
    /**
     * The first read begins this many target durations, and the slack, before the newest packet of the entry's part.
     */
    private static final int TARGET_DURATIONS = 2;
    /** Each further read begins this many times further back. */
    private static final int DEEPER = 4;
    private static final long BEGINNING = 0;
    /** How much is read beyond the wanted segment, for later searches: the consumer has fetched it anyway. */
    static final int BEYOND_BYTES = 64 * 1024;

    private final KafkaClients kafka;
    private final RangeReader reader;

    /** @param reader may be shared with other users on the same thread, and is closed by the caller */
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

    /**
     * Like {@link #tracks(StreamEntry, IndexEntry, ReadBudget)}, but returns empty if the segment's first cut has
     * expired.
     */
    public Optional<Tracks> tracks(String stream, IndexEntry keyframe, ReadBudget budget) {
        return search(stream, keyframe, BEGINNING, () -> new CutSearch.Head(keyframe, budget, 0, _ -> {})).found()
                .map(SegmentTracks::tracks);
    }

    /**
     * Like {@link #tracks(String, IndexEntry, ReadBudget)}, and also reports the tracks of other segments that the
     * search reads, for a cache.
     *
     * @param knownOffset offset of the first cut of an earlier segment of the epoch, where the search may begin; 0 if
     *     none is known
     * @param passed receives the tracks of segments of the epoch, the wanted one and some later ones included, even if
     *     the search fails after that
     */
    public Optional<SegmentTracks> tracks(String stream, IndexEntry keyframe, long knownOffset, ReadBudget budget,
            Consumer<SegmentTracks> passed) {
        return search(stream, keyframe, knownOffset,
                () -> new CutSearch.Head(keyframe, budget, BEYOND_BYTES, passed)).found();
    }

    /**
     * Returns the offset in {@code packets} of the first packet of the leading track at or after a time; empty if no
     * such packet is in the log yet.
     *
     * @param entry an entry of the stream at or before the time
     * @param timeMs PROGRAM-DATE-TIME, ms since 1970
     * @param budget limit of the whole search
     * @throws ReadLimitException if the budget is exhausted
     */
    public OptionalLong packetAt(String stream, IndexEntry entry, long timeMs, ReadBudget budget) {
        return search(stream, entry, BEGINNING, () -> new CutSearch.End(entry, budget, timeMs)).offset();
    }

    private <S extends CutSearch> S search(String stream, IndexEntry entry, long knownOffset, Supplier<S> fresh) {
        TopicPartition segments = kafka.partition(Topic.SEGMENTS, kafka.partitionOf(stream));
        long oldest = Math.max(reader.beginning(segments), knownOffset);
        long end = reader.end(segments);
        long arrivalMs = entry.times().arrivalUs() / 1_000;
        for (long spanMs = SLACK_MS + TARGET_DURATIONS * entry.start().targetDurationS() * 1_000L;; spanMs *= DEEPER) {
            long from = Math.max(oldest, reader.offsetAt(segments, arrivalMs - spanMs));
            S search = fresh.get();
            reader.read(segments, from, end, record -> search.count(record)
                    && (!stream.equals(record.key()) || !(record.value() instanceof Cut cut)
                            || search.fold(record.offset(), cut)));
            if (search.isFound() || from <= oldest) {
                return search;
            }
        }
    }
}
