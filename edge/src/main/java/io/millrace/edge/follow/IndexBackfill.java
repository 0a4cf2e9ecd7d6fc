package io.millrace.edge.follow;

import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.past.RangeReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * The index records of one epoch from before the index feed began to follow it.
 *
 * @param records records of the epoch in log order, and the first one of a later epoch if that was reached
 * @param fromBeginning whether the index retains no older record
 */
record IndexBackfill(List<IndexRecord> records, boolean fromBeginning) {
    /**
     * Reads the records of {@code epoch} from {@code fromMs} to {@link FollowedEpoch#fillTo()} (exclusive) or to the
     * end of the epoch. Blocks.
     *
     * @param fromMs time of the oldest record to read, ms since 1970
     * @param lastSegment number of the segment where reading stops; -1 if the epoch has not ended or a record marks its
     *     end
     */
    static IndexBackfill read(RangeReader reader, TopicPartition partition, FollowedEpoch epoch, long fromMs,
            long lastSegment) {
        long from = reader.offsetAt(partition, fromMs);
        boolean fromBeginning = from <= reader.beginning(partition);
        var found = new EpochRecords(epoch, lastSegment);
        reader.read(partition, from, epoch.fillTo(), record -> found.next(record.key(), record.value()));
        return new IndexBackfill(found.records(), fromBeginning);
    }

    /** The records of an epoch among those of its partition. Confined to one thread. */
    static final class EpochRecords {
        private final FollowedEpoch epoch;
        private final long lastSegment;
        private final List<IndexRecord> records = new ArrayList<>();

        /** @param lastSegment as for {@link #read} */
        EpochRecords(FollowedEpoch epoch, long lastSegment) {
            this.epoch = epoch;
            this.lastSegment = lastSegment;
        }

        List<IndexRecord> records() {
            return records;
        }

        /** Adds the next record of the partition if it belongs to the epoch. Returns whether more are needed. */
        boolean next(String stream, LogRecord record) {
            if (!epoch.stream().equals(stream) || !(record instanceof IndexRecord next)
                    || next.epoch() < epoch.number()) {
                return true;
            }
            records.add(next);
            // A later epoch begins after the last record of this one.
            return next.epoch() == epoch.number() && next instanceof IndexedPart part
                    && !(part.id().segment() == lastSegment && part.last());
        }
    }
}
