package io.millrace.edge.live;

import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A run of an epoch's segments, read from a stretch of the index that begins at or before it: a pure fold. The first record
 * of a part counts; a number that the index left out for good is a gap, as in {@link StreamPlaylist}. One thread.
 */
public final class SegmentRun {
    private final long epoch;
    private final Format format;
    private final long first;
    private final long last;
    private final NavigableMap<Long, Segment> segments = new TreeMap<>();
    private final NavigableMap<Long, Long> nextOffsets = new TreeMap<>();
    private Segment before;
    private boolean settled;

    /** @param last of the numbers that are wanted */
    public SegmentRun(long epoch, Format format, long first, long last) {
        this.epoch = epoch;
        this.format = format;
        this.first = first;
        this.last = last;
    }

    /**
     * Reads on.
     *
     * @param offset of the entry in {@code index}
     * @return whether to go on: false once nothing can be added
     */
    public boolean fold(long offset, IndexEntry entry) {
        if (entry.epoch() != epoch || entry.format() != format) {
            // A later epoch begins behind the last record of this one.
            settled |= entry.epoch() > epoch;
            return !settled;
        }
        if (entry.segment() < first) {
            before = Segment.begin(entry);
            return true;
        }
        if (entry.segment() > last) {
            // Segments come one after the other: what is missing now is missing for good.
            settled |= entry.last();
            return !settled;
        }
        grow(offset, entry);
        return !settled;
    }

    private void grow(long offset, IndexEntry entry) {
        Segment known = segments.get(entry.segment());
        Segment grown = null;
        if (known == null && entry.part() == 0) {
            grown = Segment.begin(entry);
        } else if (known != null && entry.part() == known.parts().size() && !known.complete()) {
            grown = known.with(entry);
        }
        if (grown != null) {
            segments.put(grown.number(), grown);
            nextOffsets.put(grown.number(), offset + 1);
            settled |= grown.complete() && grown.number() == last;
        }
    }

    /** Whether no further reading changes what is in the run. */
    public boolean isSettled() {
        return settled;
    }

    /** Number of the newest complete segment, {@code first - 1} without one. */
    public long newest() {
        return segments.descendingMap().values().stream().filter(Segment::complete).mapToLong(Segment::number)
                .findFirst().orElse(first - 1);
    }

    /** From {@code from} to {@code to}, gaps where the index has nothing; empty if it has nothing at all. */
    public List<Segment> segments(long from, long to) {
        Segment earlier = segments.headMap(from).isEmpty() ? before : segments.headMap(from).lastEntry().getValue();
        if (earlier == null && !segments.isEmpty()) {
            Segment known = segments.firstEntry().getValue();
            earlier = Segment.gap(known.number(), known);
        }
        List<Segment> run = new ArrayList<>();
        for (long number = from; number <= to && earlier != null; number++) {
            earlier = segments.containsKey(number) ? segments.get(number) : Segment.gap(number, earlier);
            run.add(earlier);
        }
        return run;
    }

    /** Where to read on in {@code index} behind segment {@code number}, {@code otherwise} if that is not known. */
    public long nextOffset(long number, long otherwise) {
        var known = nextOffsets.floorEntry(number);
        return known == null ? otherwise : known.getValue();
    }
}
