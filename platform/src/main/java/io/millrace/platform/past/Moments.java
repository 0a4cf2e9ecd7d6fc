package io.millrace.platform.past;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
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

    /** PROGRAM-DATE-TIME of the oldest entry of a partition whose media is retained, ms since 1970; empty without one. */
    public OptionalLong retainedFromMs(int partition, Topic media) {
        TopicPartition index = kafka.partition(Topic.INDEX, partition);
        long mediaFrom = reader.beginning(kafka.partition(media, partition));
        List<Long> fromMs = new ArrayList<>(1);
        reader.read(index, oldest(index, media, mediaFrom), reader.end(index), record -> {
            if (record.value() instanceof IndexEntry entry && !isExpired(entry, media, mediaFrom)) {
                fromMs.add(entry.programDateTimeMs());
            }
            return fromMs.isEmpty();
        });
        return fromMs.isEmpty() ? OptionalLong.empty() : OptionalLong.of(fromMs.getFirst());
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
