package io.millrace.segmenter.cut;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RecordSchema.Generic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A part whose boundaries are decided. Immutable.
 *
 * @param bounds the cut of the part without samples
 * @param drafts frames of the leading track, at least one; before version 7 of the rules, of all tracks
 */
record DecidedPart(Cut bounds, List<Draft> drafts) {
    private static final Comparator<Draft> LOG_ORDER = Comparator.<Draft>comparingLong(draft -> draft.offset)
            .thenComparing(draft -> draft.track);

    /** Returns the start, 90 kHz. */
    long startTicks() {
        return bounds.times().startTicks();
    }

    /** Returns the end, 90 kHz. */
    long endTicks() {
        return startTicks() + bounds.times().durationTicks();
    }

    /** Returns PROGRAM-DATE-TIME of the end of a part, ms since 1970. */
    static long endWallMs(PartTimes times) {
        return times.programDateTimeMs() - Math.floorDiv(times.startTicks(), 90L)
                + Math.floorDiv(times.startTicks() + times.durationTicks(), 90L);
    }

    /** Returns the cut with these frames and those of other tracks, in log order. */
    Cut cut(List<Draft> others) {
        List<Draft> all = new ArrayList<>(drafts);
        all.addAll(others);
        all.sort(LOG_ORDER);
        long firstOffset = all.getFirst().offset;
        long arrivalUs = all.stream().mapToLong(draft -> draft.arrivalUs).max().orElseThrow();
        PartTimes times = new PartTimes(startTicks(), bounds.times().durationTicks(),
                bounds.times().programDateTimeMs(), arrivalUs);
        return new Cut(bounds.id(), bounds.session(), bounds.last(), bounds.independent(),
                new Cut.PacketRange(firstOffset, all.getLast().offset), times, bounds.head(),
                all.stream().map(draft -> draft.sample(firstOffset)).toList());
    }

    DecidedPart withHead(Cut.SegmentHead head) {
        return new DecidedPart(bounds.withHead(head), drafts);
    }

    Generic write(Generic g) {
        return g.put("bounds", Playlist.bytes(bounds)).list("drafts", drafts, Draft::write);
    }

    static DecidedPart read(Generic g) {
        return new DecidedPart(Playlist.cut(g.bytes("bounds")), g.list("drafts", Draft::read));
    }
}
