package io.millrace.edge.live;

import io.millrace.platform.log.Format;
import io.millrace.platform.log.IndexEntry;
import java.util.Optional;

/** Looks for one segment of one epoch in a stretch of the index. The first record of a part counts. One thread. */
public final class SegmentSearch {
    private final long epoch;
    private final Format format;
    private final long number;
    private Segment found;
    private boolean sawOlder;

    public SegmentSearch(long epoch, Format format, long number) {
        this.epoch = epoch;
        this.format = format;
        this.number = number;
    }

    /** Reads on. Gives whether to go on: false once the segment is complete. */
    public boolean fold(IndexEntry entry) {
        if (entry.epoch() != epoch || entry.format() != format) {
            return true;
        }
        if (entry.segment() != number) {
            sawOlder |= entry.segment() < number;
            return true;
        }
        if (found == null && entry.part() == 0) {
            found = Segment.begin(entry);
        } else if (found != null && entry.part() == found.parts().size()) {
            found = found.with(entry);
        }
        return found == null || !found.complete();
    }

    public Optional<Segment> result() {
        return Optional.ofNullable(found).filter(Segment::complete);
    }

    /** Whether the stretch began before the segment: without a result there it is nowhere. */
    public boolean beganEarlyEnough() {
        return sawOlder;
    }
}
