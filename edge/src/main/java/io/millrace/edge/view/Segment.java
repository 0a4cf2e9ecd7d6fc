package io.millrace.edge.view;

import io.millrace.media.m3u8.MediaSegment;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.SegmentStart;
import java.util.ArrayList;
import java.util.List;

/**
 * One segment with the parts that the index has listed so far, from part 0 on without a gap; or the placeholder of a
 * segment that the index will never list ({@link #gap}), which playlists list as EXT-X-GAP. Immutable.
 *
 * @param number media sequence number
 * @param complete whether the last part is known; only complete segments are served. False for a placeholder
 * @param durationTicks duration of the known parts at 90 kHz; the target duration for a placeholder
 * @param programDateTimeMs wall-clock time of the segment's start, ms since 1970
 * @param start how the segment continues its epoch
 * @param sizeBytes size of the known parts
 * @param parts positions of the known parts in the topic {@code parts}
 */
public record Segment(long number, boolean complete, long durationTicks, long programDateTimeMs,
        SegmentStart start, long sizeBytes, List<PartPlace> parts) {

    /** Returns a segment of which only part 0 is known. */
    static Segment begin(IndexEntry first) {
        return new Segment(first.id().segment(), first.last(), first.times().durationTicks(),
                first.times().programDateTimeMs(), first.start(), first.place().sizeBytes(), List.of(first.place()));
    }

    /** Returns the placeholder of a segment that the index will never list. */
    static Segment gap(long number, Segment before) {
        return new Segment(number, false, (long) before.start().targetDurationS() * Ticks.MPEG, before.endMs(),
                before.start().withoutDiscontinuity(), 0, List.of());
    }

    /** Returns this segment with its next part. */
    Segment with(IndexEntry next) {
        List<PartPlace> more = new ArrayList<>(parts);
        more.add(next.place());
        return new Segment(number, next.last(), durationTicks + next.times().durationTicks(), programDateTimeMs, start,
                sizeBytes + next.place().sizeBytes(), List.copyOf(more));
    }

    /** Returns the wall-clock time of the segment's end, ms since 1970. */
    public long endMs() {
        return programDateTimeMs + Ticks.rescale(durationTicks, Ticks.MPEG, Ticks.MILLIS);
    }

    /** Returns the segment's entry in a media playlist. */
    MediaSegment line(String uri) {
        return new MediaSegment(uri, durationTicks, programDateTimeMs, start.discontinuous(), !complete);
    }

    /** Returns the bitrate in bits per second, rounded up; 0 for a segment without duration. */
    public long bitrate() {
        return bitrate(sizeBytes, durationTicks);
    }

    /** Returns the average bitrate of {@code segments} in bits per second, rounded up. */
    static long averageBitrate(List<Segment> segments) {
        long ticks = segments.stream().mapToLong(Segment::durationTicks).sum();
        long bytes = segments.stream().mapToLong(Segment::sizeBytes).sum();
        return bitrate(bytes, ticks);
    }

    /** Returns a bitrate in bits per second, rounded up; 0 without duration. */
    static long bitrate(long sizeBytes, long ticks) {
        return ticks == 0 ? 0 : Math.ceilDiv(sizeBytes * 8 * Ticks.MPEG, ticks);
    }
}
