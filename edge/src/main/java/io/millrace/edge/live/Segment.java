package io.millrace.edge.live;

import io.millrace.platform.log.IndexEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * One segment as far as the index has told of it: its parts in order from 0, without a gap.
 *
 * <p>Immutable.
 *
 * @param number media sequence number
 * @param complete whether its last part is known; only then it is listed and served
 * @param durationTicks of the known parts, 90 kHz
 * @param programDateTimeMs wall clock of its start, ms since 1970
 * @param targetDurationS EXT-X-TARGETDURATION of its epoch
 * @param independent whether it starts with a keyframe
 * @param discontinuous whether EXT-X-DISCONTINUITY stands before it
 * @param discontinuity how many discontinuities its epoch had up to and including it
 * @param sizeBytes of the known parts
 * @param parts where they are
 */
public record Segment(long number, boolean complete, long durationTicks, long programDateTimeMs, int targetDurationS,
        boolean independent, boolean discontinuous, long discontinuity, long sizeBytes, List<PartRef> parts) {

    /** A segment of which part 0 is known. */
    static Segment begin(IndexEntry first) {
        return new Segment(first.segment(), first.last(), first.durationTicks(), first.programDateTimeMs(),
                first.targetDurationS(), first.segmentIndependent(), first.discontinuous(), first.discontinuity(),
                first.sizeBytes(), List.of(new PartRef(first.partsOffset(), first.sizeBytes())));
    }

    /** This segment with its next part. */
    Segment with(IndexEntry next) {
        List<PartRef> more = new ArrayList<>(parts);
        more.add(new PartRef(next.partsOffset(), next.sizeBytes()));
        return new Segment(number, next.last(), durationTicks + next.durationTicks(), programDateTimeMs,
                targetDurationS, independent, discontinuous, discontinuity, sizeBytes + next.sizeBytes(),
                List.copyOf(more));
    }

    /** Bits a second, rounded up; 0 for a segment without duration. */
    public long bitrate() {
        return durationTicks == 0 ? 0 : Math.ceilDiv(sizeBytes * 8 * 90_000, durationTicks);
    }
}
