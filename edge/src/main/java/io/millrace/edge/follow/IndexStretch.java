package io.millrace.edge.follow;

import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.past.RangeReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * A part of the index's past, for one epoch.
 *
 * @param entries records in the order of the log
 * @param fromBeginning whether nothing older is retained
 */
record IndexStretch(List<IndexRecord> entries, boolean fromBeginning) {
    /**
     * Reads the entries of {@code epoch} from {@code fromMs} to the offset where its feed began to follow.
     *
     * @param lastSegment the last segment of the epoch, where reading stops; -1 if the epoch has not ended
     */
    static IndexStretch read(RangeReader reader, TopicPartition partition, FollowedEpoch epoch, long fromMs,
            long lastSegment) {
        long from = reader.offsetAt(partition, fromMs);
        boolean fromBeginning = from <= reader.beginning(partition);
        List<IndexRecord> entries = new ArrayList<>();
        reader.read(partition, from, epoch.fillTo(), record -> {
            if (!epoch.stream().equals(record.key()) || !(record.value() instanceof IndexRecord entry)) {
                return true;
            }
            if (entry.id().epoch() == epoch.number()) {
                entries.add(entry);
            }
            // A later epoch begins after the last record of this one.
            boolean isLast = entry.id().epoch() == epoch.number() && entry.id().segment() == lastSegment
                    && entry.last();
            return entry.id().epoch() <= epoch.number() && !isLast;
        });
        return new IndexStretch(entries, fromBeginning);
    }
}
