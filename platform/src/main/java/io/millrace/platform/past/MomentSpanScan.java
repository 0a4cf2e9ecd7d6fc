package io.millrace.platform.past;

import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.Renditions;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Collects a {@link MomentSpan} from index records that are passed in order, leaving out expired media and all
 * renditions but the leading one ({@link Renditions#leading}). {@link
 * #test} returns false when the span is complete, or when the scan is too far from it and should continue by {@link
 * InterpolationSearch}. For one use; confined to one thread.
 */
final class MomentSpanScan implements Predicate<ConsumerRecord<String, LogRecord>> {
    /** More than a second of a busy partition, within which a live stream has an entry. */
    static final int MISSED_RECORDS = 2_048;

    private final StreamEntry epoch;
    private final Topic media;
    private final Moments.Floor floor;
    private final ReadBudget budget;
    private final long nearMs;
    private final boolean mayMiss;
    private final MomentSearch last;
    /** The rendition whose entries are collected; null until the first entry if the directory does not show it. */
    private RenditionId leading;
    private final List<Moment.At> entries = new ArrayList<>();
    private boolean settled;
    private boolean far;
    private int records;
    private InterpolationSearch.Point earliest;
    private InterpolationSearch.Point latest;

    /**
     * @param nearMs PROGRAM-DATE-TIME, ms since 1970, before which entries are not wanted; the scan is far if it has
     *     not reached that time after {@link InterpolationSearch#NEAR_RECORDS} records
     * @param toMs PROGRAM-DATE-TIME of the end of the span, ms since 1970
     * @param mayMiss whether the scan stops, without a result, if the first {@link #MISSED_RECORDS} records contain
     *     nothing of the epoch
     */
    MomentSpanScan(StreamEntry epoch, Topic media, Moments.Floor floor, ReadBudget budget, long nearMs, long toMs,
            boolean mayMiss) {
        this.epoch = epoch;
        this.media = media;
        this.floor = floor;
        this.budget = budget;
        this.nearMs = nearMs;
        this.mayMiss = mayMiss;
        last = new MomentSearch(toMs);
        leading = Renditions.leading(epoch.rules(), epoch.session().tracks()).orElse(null);
    }

    @Override
    public boolean test(ConsumerRecord<String, LogRecord> record) {
        budget.spend(record);
        records++;
        if (!epoch.stream().equals(record.key()) || !(record.value() instanceof IndexRecord next)
                || next.epoch() < epoch.epoch()) {
            return !mayMiss || earliest != null || records < MISSED_RECORDS;
        }
        if (!(next instanceof IndexedPart part) || part.epoch() > epoch.epoch()) {
            // This is the end of the epoch, or a later epoch, which starts after the last record of this one.
            settled = true;
            return false;
        }
        latest = new InterpolationSearch.Point(record.offset(), part.times().programDateTimeMs());
        earliest = earliest == null ? latest : earliest;
        far = records >= InterpolationSearch.NEAR_RECORDS && part.times().programDateTimeMs() < nearMs;
        return !far && add(record.offset(), part);
    }

    private boolean add(long offset, IndexedPart part) {
        leading = leading == null ? part.rendition() : leading;
        if (!part.rendition().equals(leading)) {
            // Renditions have their own times.
            return true;
        }
        boolean isLast = epoch.state() == StreamEntry.State.ENDED
                && part.id().segment() == epoch.playlist().lastSegment()
                && part.last();
        if (part instanceof IndexEntry entry && !Moments.isExpired(entry, media, floor.mediaOffset())) {
            entries.add(new Moment.At(offset, entry));
            isLast |= !last.fold(offset, entry);
        }
        settled = isLast;
        return !isLast;
    }

    /** Returns whether the scan stopped far before the wanted time. */
    boolean isFar() {
        return far;
    }

    /** Returns the first entry of the epoch that was read, or null. */
    InterpolationSearch.Point earliest() {
        return earliest;
    }

    /** Returns the last entry of the epoch that was read, or null. */
    InterpolationSearch.Point latest() {
        return latest;
    }

    MomentSpan result() {
        return new MomentSpan(entries, settled, settled ? 0 : epoch.rules().largestStepMs());
    }
}
