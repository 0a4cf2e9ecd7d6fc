package io.millrace.edge.view;

import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.RenditionId;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/**
 * Consecutive segments of an epoch (a run), folded from index records that begin at or before the run. As in
 * {@link StreamPlaylist}, only the first record of a part counts, a segment that the index skips is a gap, and a later
 * segment closes an open one. Pure; confined to one thread.
 */
public final class SegmentRun {
    private final long epoch;
    private final RenditionId rendition;
    private final long first;
    private final long last;
    private final LongPredicate withdrawn;
    private final NavigableMap<Long, Segment> segments = new TreeMap<>();
    /** For each segment, the offset in {@code index} after its newest record. */
    private final NavigableMap<Long, Long> nextOffsets = new TreeMap<>();
    /** A segment before the run, from which placeholders take their properties; null if no record of one was folded. */
    private Segment before;
    /** See {@link #isSettled}. */
    private boolean settled;

    /**
     * @param first number of the first segment of the run
     * @param last number of the last segment of the run, inclusive
     */
    public SegmentRun(long epoch, RenditionId rendition, long first, long last) {
        this(epoch, rendition, first, last, _ -> false);
    }

    /** @param withdrawn the numbers of withdrawn segments, which are gaps */
    public SegmentRun(long epoch, RenditionId rendition, long first, long last, LongPredicate withdrawn) {
        this.withdrawn = withdrawn;
        this.epoch = epoch;
        this.rendition = rendition;
        this.first = first;
        this.last = last;
    }

    /**
     * Folds the next record of the index.
     *
     * @param offset offset of the record in {@code index}
     * @return whether to continue; false once no further record can change the run
     */
    public boolean fold(long offset, IndexRecord record) {
        switch (record) {
            case IndexedPart part when part.epoch() == epoch -> {
                return part.rendition().equals(rendition) ? list(offset, part) : pass(part);
            }
            // A later epoch begins after the end of this one.
            case IndexedPart _,EpochEnded _ -> settled |= record.epoch() >= epoch;
        }
        return !settled;
    }

    /**
     * Folds a record of another rendition. The records of a segment in all renditions precede those of the segment
     * after the next, so the run is complete even if its rendition has no more records.
     */
    private boolean pass(IndexedPart part) {
        settled |= part.id().segment() > last + 1;
        return !settled;
    }

    private boolean list(long offset, IndexedPart part) {
        if (part.id().segment() < first) {
            before = Segment.begin(part);
            return true;
        }
        if (part.id().segment() > last) {
            closeBefore(offset, part);
            // Segments are listed in order: one that is missing from the run now will never be listed.
            settled |= part.last();
            return !settled;
        }
        grow(offset, part);
        return !settled;
    }

    private void grow(long offset, IndexedPart part) {
        Segment known = segments.get(part.id().segment());
        if (known == null && part.id().isFirst()) {
            closeBefore(offset, part);
            put(offset, Segment.begin(part));
        } else if (known != null && known.isContinuedBy(part)) {
            put(offset, known.with(part));
        }
    }

    /** A later segment closes one of which neither the last part nor a gap came: nothing of it follows. */
    private void closeBefore(long offset, IndexedPart later) {
        var open = segments.lowerEntry(later.id().segment());
        if (later.id().isFirst() && open != null && !open.getValue().isClosed()) {
            put(offset, open.getValue().with(open.getValue().gapBefore(later)));
        }
    }

    private void put(long offset, Segment grown) {
        segments.put(grown.number(), grown);
        nextOffsets.put(grown.number(), offset + 1);
        settled |= grown.isClosed() && grown.number() == last;
    }

    /** Returns whether no further record can change the run. */
    public boolean isSettled() {
        return settled;
    }

    /** Returns the number of the newest complete segment or recorded gap, {@code first - 1} if there is none. */
    public long newest() {
        return segments.descendingMap().values().stream().filter(Segment::isClosed).mapToLong(Segment::number)
                .findFirst().orElse(first - 1);
    }

    /**
     * Returns the segments from {@code from} to {@code to} (inclusive), with gaps where the index lists none; empty if
     * no record of the run or of an earlier segment was folded.
     */
    public List<Segment> segments(long from, long to) {
        Segment earlier = segments.headMap(from).isEmpty() ? before : segments.headMap(from).lastEntry().getValue();
        if (earlier == null && !segments.isEmpty()) {
            Segment known = segments.firstEntry().getValue();
            earlier = Segment.gap(known.number(), known);
        }
        List<Segment> run = new ArrayList<>();
        for (long number = from; number <= to && earlier != null; number++) {
            earlier = segments.containsKey(number) ? segments.get(number) : Segment.gap(number, earlier);
            run.add(withdrawn.test(number) ? earlier.withdrawn() : earlier);
        }
        return run;
    }

    /**
     * Returns the offset in {@code index} from which the segments after {@code number} are read; {@code otherwise} if
     * unknown.
     */
    public long nextOffset(long number, long otherwise) {
        var known = nextOffsets.floorEntry(number);
        return known == null ? otherwise : known.getValue();
    }
}
