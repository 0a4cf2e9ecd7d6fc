package io.millrace.edge.past;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.timeline.Tracks;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Collects the codec configurations of an epoch's segments from records of {@code segments} that are passed in order:
 * the first cut of a segment contains them by value. {@link #test} returns false some time after the wanted segment, or
 * if the scan reaches its limit. For one use; confined to one thread.
 */
final class CutScan implements Predicate<ConsumerRecord<String, LogRecord>> {
    /** Limit of one scan. */
    static final int LIMIT_BYTES = 4 << 20;
    /** What is read beyond the wanted segment, for viewers that begin a little later: it has been fetched anyway. */
    static final int BEYOND_BYTES = 64 * 1024;

    /**
     * The configurations of a segment.
     *
     * @param offset offset of its first cut in {@code segments}, -1 if the cut was not found
     * @param tracks null if the cut was not found
     */
    record Found(long offset, Tracks tracks) {
        static final Found NOTHING = new Found(-1, null);
    }

    private final String stream;
    private final long epoch;
    private final long segment;
    private final Map<Long, Found> found = new HashMap<>();
    private Tracks parsed = new Tracks(null, null);
    private boolean isBeyond;
    private long readBytes;
    private long beyondBytes;

    /** @param segment number of the wanted segment */
    CutScan(String stream, long epoch, long segment) {
        this.stream = stream;
        this.epoch = epoch;
        this.segment = segment;
    }

    @Override
    public boolean test(ConsumerRecord<String, LogRecord> record) {
        int sizeBytes = Math.max(0, record.serializedValueSize());
        readBytes += sizeBytes;
        beyondBytes += isBeyond ? sizeBytes : 0;
        if (readBytes > LIMIT_BYTES || beyondBytes > BEYOND_BYTES) {
            return false;
        }
        if (!stream.equals(record.key()) || !(record.value() instanceof Cut cut) || cut.id().epoch() < epoch) {
            return true;
        }
        if (cut.id().epoch() == epoch && cut.head() != null) {
            found.putIfAbsent(cut.id().segment(), new Found(record.offset(), tracks(cut.head())));
        }
        isBeyond |= cut.id().segment() >= segment;
        return cut.id().epoch() == epoch;
    }

    /** Returns the configurations by segment. */
    Map<Long, Found> found() {
        return found;
    }

    /** Segments of equal configurations share one object. */
    private Tracks tracks(Cut.SegmentHead head) {
        Tracks own = Tracks.of(head);
        if (!own.equals(parsed)) {
            parsed = own;
        }
        return parsed;
    }
}
