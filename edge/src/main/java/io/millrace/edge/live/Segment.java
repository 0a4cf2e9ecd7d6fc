package io.millrace.edge.live;

import io.millrace.media.m3u8.MediaSegment;
import io.millrace.media.time.Ticks;
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

    /** What stands for a segment that the index left out for good. */
    static Segment gap(long number, Segment before) {
        return new Segment(number, false, (long) before.targetDurationS() * Ticks.MPEG, before.endMs(),
                before.targetDurationS(), before.independent(), false, before.discontinuity(), 0, List.of());
    }

    /** This segment with its next part. */
    Segment with(IndexEntry next) {
        List<PartRef> more = new ArrayList<>(parts);
        more.add(new PartRef(next.partsOffset(), next.sizeBytes()));
        return new Segment(number, next.last(), durationTicks + next.durationTicks(), programDateTimeMs,
                targetDurationS, independent, discontinuous, discontinuity, sizeBytes + next.sizeBytes(),
                List.copyOf(more));
    }

    /** Wall clock of its end, ms since 1970. */
    public long endMs() {
        return programDateTimeMs + Ticks.rescale(durationTicks, Ticks.MPEG, Ticks.MILLIS);
    }

    /** Its line of a playlist. */
    MediaSegment line(String uri) {
        return new MediaSegment(uri, durationTicks, programDateTimeMs, discontinuous, !complete);
    }

    /** Bits a second, rounded up; 0 for a segment without duration. */
    public long bitrate() {
        return durationTicks == 0 ? 0 : Math.ceilDiv(sizeBytes * 8 * 90_000, durationTicks);
    }

    /** Bits a second of {@code segments} together, rounded up. */
    static long averageBitrate(List<Segment> segments) {
        long ticks = segments.stream().mapToLong(Segment::durationTicks).sum();
        long bytes = segments.stream().mapToLong(Segment::sizeBytes).sum();
        return ticks == 0 ? 0 : Math.ceilDiv(bytes * 8 * Ticks.MPEG, ticks);
    }
}
