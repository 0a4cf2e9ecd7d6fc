package io.millrace.edge.feed;

import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.Segment;
import io.millrace.edge.live.SegmentSearch;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.RangeReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Readings of the index's past, for one stream each.
 *
 * @param entries of one epoch, in the order of the log
 * @param fromBeginning whether nothing older is retained
 */
record IndexStretch(List<IndexEntry> entries, boolean fromBeginning) {
    /** Beyond this many records nobody looks for what is left of an expired stream. */
    private static final int OLDEST_LIMIT = 500_000;
    private static final long SLACK_MS = 10_000;
    private static final int DEEPER = 4;

    /** The entries of {@code epoch} from {@code fromMs} to where its feed follows. */
    static IndexStretch read(RangeReader reader, TopicPartition partition, FollowedEpoch epoch, long fromMs) {
        long from = reader.offsetAt(partition, fromMs);
        boolean fromBeginning = from <= reader.beginning(partition);
        List<IndexEntry> entries = new ArrayList<>();
        reader.read(partition, from, epoch.fillTo(), record -> {
            if (!epoch.stream().equals(record.key()) || !(record.value() instanceof IndexEntry entry)) {
                return true;
            }
            if (entry.epoch() == epoch.number()) {
                entries.add(entry);
            }
            // A later epoch begins after the last record of this one.
            return entry.epoch() <= epoch.number();
        });
        return new IndexStretch(entries, fromBeginning);
    }

    /** Segment {@code number}, which is older than all of {@code view}: looked for further and further back. */
    static Optional<Segment> search(RangeReader reader, TopicPartition partition, StreamEntry epoch, EpochView view,
            long number) {
        Segment oldest = view.segments().firstEntry().getValue();
        // No segment is longer than the target duration and half a second.
        long spanMs = (oldest.number() - number + 1) * (oldest.targetDurationS() * 1000L + 500) + SLACK_MS;
        long beginning = reader.beginning(partition);
        long end = reader.end(partition);
        while (true) {
            long from = reader.offsetAt(partition, oldest.programDateTimeMs() - spanMs);
            var search = new SegmentSearch(epoch.epoch(), Format.TS, number);
            reader.read(partition, from, end, record -> !epoch.stream().equals(record.key())
                    || !(record.value() instanceof IndexEntry entry) || search.fold(entry));
            if (search.result().isPresent() || search.beganEarlyEnough() || from <= beginning) {
                return search.result();
            }
            spanMs *= DEEPER;
        }
    }

    /** Start of the oldest segment of {@code stream} whose bytes are still in {@code parts}, ms since 1970. */
    static OptionalLong oldest(RangeReader reader, String stream, TopicPartition index, TopicPartition parts) {
        long partsBegin = reader.beginning(parts);
        long begin = reader.beginning(index);
        long end = Math.min(reader.end(index), begin + OLDEST_LIMIT);
        List<Long> startsMs = new ArrayList<>(1);
        reader.read(index, begin, end, record -> {
            if (stream.equals(record.key()) && record.value() instanceof IndexEntry entry && entry.part() == 0
                    && entry.partsOffset() >= partsBegin) {
                startsMs.add(entry.programDateTimeMs());
            }
            return startsMs.isEmpty();
        });
        return startsMs.isEmpty() ? OptionalLong.empty() : OptionalLong.of(startsMs.getFirst());
    }
}
