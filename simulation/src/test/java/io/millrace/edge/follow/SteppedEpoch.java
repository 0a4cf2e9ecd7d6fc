package io.millrace.edge.follow;

import io.millrace.edge.view.EpochView;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.StreamEntry;
import java.util.Iterator;
import java.util.Map;

/**
 * An epoch that an edge follows: production's {@link FollowedEpoch}, driven step by step instead of by the thread of an
 * {@code IndexFeed}. Confined to one thread.
 */
public final class SteppedEpoch {
    private final FollowedEpoch epoch;

    /** @param fillTo offset of the first record that {@link #next} will pass */
    public SteppedEpoch(StreamEntry entry, long fillTo) {
        epoch = new FollowedEpoch(entry, Watch.unread());
        epoch.fillTo(fillTo);
    }

    public long fillTo() {
        return epoch.fillTo();
    }

    /** Returns the time from which on the past has to be read. */
    public long fillFromMs(long nowMs) {
        return epoch.fillFromMs(nowMs);
    }

    /**
     * Passes the past.
     *
     * @param past the records of the partition with their keys, up to {@link #fillTo}
     * @param fromBeginning whether nothing older is retained
     * @return false if it does not reach back far enough
     */
    public boolean fill(Iterator<Map.Entry<String, LogRecord>> past, boolean fromBeginning) {
        var found = new IndexBackfill.EpochRecords(epoch, epoch.lastSegment());
        boolean more = true;
        while (more && past.hasNext()) {
            Map.Entry<String, LogRecord> record = past.next();
            more = found.next(record.getKey(), record.getValue());
        }
        return epoch.filled(new IndexBackfill(found.records(), fromBeginning));
    }

    /** Passes the next record of the stream. */
    public void next(long offset, IndexRecord record) {
        epoch.next(offset, record);
    }

    /** The directory has a newer entry. */
    public void update(StreamEntry newest) {
        epoch.update(newest);
    }

    public void tick(long nowMs) {
        epoch.endIfLate(nowMs);
    }

    /** Returns what viewers may see, null until the past has been read. */
    public EpochView view() {
        return epoch.watch().view();
    }
}
