package io.millrace.platform.past;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * Finds moments in the log: Kafka's time index gives a first guess, a short read of {@code index} around it the answer.
 * A few round trips, however far back. Blocks; confined to the thread of its reader.
 */
public final class Moments {
    /** The guess goes so far back: a group of pictures is seldom longer. */
    private static final long FIRST_SPAN_MS = 15_000;
    private static final int DEEPER = 4;
    /**
     * A stream of which the log has nothing for so long, up to the time, is not looked for any further back. It could only
     * have been there by running ahead of the clock by more than this.
     */
    private static final long SILENT_SPAN_MS = 3_600_000;

    /** What is read for one search at most: some quarter of an hour of a busy partition. */
    public static final long SEARCH_LIMIT_BYTES = 8L << 20;

    /**
     * Where what is retained of a partition's media begins.
     *
     * @param mediaOffset of the oldest record of media
     * @param indexOffset in {@code index}, before which all media has expired
     * @param fromMs PROGRAM-DATE-TIME of the oldest entry whose media is retained, ms since 1970; the future without one
     */
    public record Floor(long mediaOffset, long indexOffset, long fromMs) {}

    private final KafkaClients kafka;
    private final RangeReader reader;

    public Moments(KafkaClients kafka, RangeReader reader) {
        this.kafka = kafka;
        this.reader = reader;
    }

    /**
     * Where {@code stream} stood at {@code timeMs}: at the keyframe at or before it; if nothing was shown then, or it is not
     * retained any more, at the first keyframe after it.
     *
     * @param timeMs PROGRAM-DATE-TIME, ms since 1970
     * @param media what must be retained there: {@link Topic#PARTS} or {@link Topic#PACKETS}
     * @throws org.apache.kafka.common.errors.TimeoutException if the log does not answer in time
     */
    public Moment find(String stream, long timeMs, Topic media) {
        TopicPartition index = kafka.partition(Topic.INDEX, kafka.partitionOf(stream));
        long mediaFrom = reader.beginning(kafka.partition(media, index.partition()));
        long oldest = oldest(index, media, mediaFrom);
        long end = reader.end(index);
        for (long spanMs = FIRST_SPAN_MS;; spanMs *= DEEPER) {
            long from = Math.max(oldest, reader.offsetAt(index, timeMs - spanMs));
            var search = new MomentSearch(timeMs);
            reader.read(index, from, end, record -> !stream.equals(record.key())
                    || !(record.value() instanceof IndexEntry entry) || isExpired(entry, media, mediaFrom)
                    || search.fold(record.offset(), entry));
            search.endReached();
            boolean mayBeDeeper = search.beganTooLate() || search.sawNothing() && spanMs < SILENT_SPAN_MS;
            if (!mayBeDeeper || from <= oldest) {
                return search.result();
            }
        }
    }

    /**
     * What the index tells of one epoch around a span of time, as far as its media is retained. It reads no further than the
     * epoch goes.
     *
     * @param fromMs PROGRAM-DATE-TIME, ms since 1970, not before the epoch's start
     * @param toMs the same
     * @param floor of the stream's partition and {@code media}; it may be some seconds old
     * @param budget of the search that this is a step of; {@link #SEARCH_LIMIT_BYTES} in all
     * @throws ReadLimitException if the budget does not suffice
     */
    public MomentStretch stretch(StreamEntry epoch, long fromMs, long toMs, Topic media, Floor floor,
            ReadBudget budget) {
        TopicPartition index = kafka.partition(Topic.INDEX, kafka.partitionOf(epoch.stream()));
        long oldest = Math.max(floor.indexOffset(), reader.offsetAt(index, epoch.startedAtMs() - FIRST_SPAN_MS));
        long end = reader.end(index);
        for (long spanMs = FIRST_SPAN_MS;; spanMs *= DEEPER) {
            long from = Math.max(oldest, reader.offsetAt(index, fromMs - spanMs));
            MomentStretch stretch = read(index, from, end, epoch, toMs, media, floor, budget);
            MomentSearch first = stretch.search(fromMs);
            boolean mayBeDeeper = first.beganTooLate() || first.sawNothing() && spanMs < SILENT_SPAN_MS;
            if (!mayBeDeeper || from <= oldest) {
                return stretch;
            }
        }
    }

    private MomentStretch read(TopicPartition index, long from, long end, StreamEntry epoch, long toMs, Topic media,
            Floor floor, ReadBudget budget) {
        List<Moment.At> entries = new ArrayList<>();
        var last = new MomentSearch(toMs);
        boolean[] settled = {false};
        reader.read(index, from, end, record -> {
            budget.spend(record);
            if (!epoch.stream().equals(record.key()) || !(record.value() instanceof IndexEntry entry)
                    || entry.epoch() < epoch.epoch()) {
                return true;
            }
            if (entry.epoch() > epoch.epoch()) {
                // A later epoch begins behind the last record of this one.
                settled[0] = true;
                return false;
            }
            boolean isLast = epoch.state() == StreamEntry.State.ENDED && entry.segment() == epoch.lastSegment()
                    && entry.last();
            if (!isExpired(entry, media, floor.mediaOffset())) {
                entries.add(new Moment.At(record.offset(), entry));
                isLast |= !last.fold(record.offset(), entry);
            }
            settled[0] = isLast;
            return !isLast;
        });
        return new MomentStretch(entries, settled[0]);
    }

    /** Where what is retained of a partition's {@code media} begins. Some ten short reads. */
    public Floor floor(int partition, Topic media) {
        TopicPartition index = kafka.partition(Topic.INDEX, partition);
        long mediaFrom = reader.beginning(kafka.partition(media, partition));
        long oldest = oldest(index, media, mediaFrom);
        List<Long> fromMs = new ArrayList<>(1);
        reader.read(index, oldest, reader.end(index), record -> {
            if (record.value() instanceof IndexEntry entry && !isExpired(entry, media, mediaFrom)) {
                fromMs.add(entry.programDateTimeMs());
            }
            return fromMs.isEmpty();
        });
        return new Floor(mediaFrom, oldest, fromMs.isEmpty() ? Long.MAX_VALUE : fromMs.getFirst());
    }

    /** PROGRAM-DATE-TIME of the oldest entry of a partition whose media is retained, ms since 1970; empty without one. */
    public OptionalLong retainedFromMs(int partition, Topic media) {
        long fromMs = floor(partition, media).fromMs();
        return fromMs == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(fromMs);
    }

    /**
     * Offset in {@code index} before which all media has expired. The index is small and often kept longer than what it
     * tells of; it has the order of {@code parts}, and about that of {@code packets}.
     */
    private long oldest(TopicPartition index, Topic media, long mediaFrom) {
        long low = reader.beginning(index);
        long high = reader.end(index);
        // Mostly nothing has expired, or as much of both.
        long middle = low;
        while (low < high) {
            OptionalLong expired = lastExpired(index, middle, high, media, mediaFrom);
            if (expired.isPresent()) {
                low = expired.getAsLong() + 1;
            } else {
                high = middle;
            }
            middle = low + (high - low) / 2;
        }
        return low;
    }

    /** The first entry from {@code from} on that names media: its offset if that has expired. */
    private OptionalLong lastExpired(TopicPartition index, long from, long to, Topic media, long mediaFrom) {
        long[] expired = {-1};
        reader.read(index, from, to, record -> {
            if (!(record.value() instanceof IndexEntry entry) || mediaOffset(entry, media) < 0) {
                return true;
            }
            expired[0] = isExpired(entry, media, mediaFrom) ? record.offset() : -1;
            return false;
        });
        return expired[0] < 0 ? OptionalLong.empty() : OptionalLong.of(expired[0]);
    }

    private static boolean isExpired(IndexEntry entry, Topic media, long mediaFrom) {
        long offset = mediaOffset(entry, media);
        return offset >= 0 && offset < mediaFrom;
    }

    /** Where the entry's media is, -1 if it names none. */
    private static long mediaOffset(IndexEntry entry, Topic media) {
        return switch (media) {
            case PARTS -> entry.partsOffset();
            case PACKETS -> entry.keyframeOffset();
            case SESSIONS, SEGMENTS, INDEX, STREAMS, NODES ->
                throw new IllegalArgumentException(media + " holds no media");
        };
    }
}
