package io.millrace.edge.view;

import io.millrace.media.m3u8.MediaSegment;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.SegmentStart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One segment with the parts that the index has listed so far, from part 0 on; or a segment without media, which
 * playlists list as EXT-X-GAP: one that the index records as a gap, or the placeholder ({@link #gap}) for one that the
 * index has skipped. Immutable.
 *
 * @param number media sequence number
 * @param state whether it can be listed and served
 * @param durationTicks duration of the known parts at 90 kHz; of a recorded gap, including the missing parts; for a
 *     placeholder, the target duration
 * @param startTicks presentation time of the segment's start, as in {@link io.millrace.platform.log.PartTimes}. Parts
 *     without media at its beginning do not count: a track may begin late
 * @param programDateTimeMs wall-clock time of the segment's start, ms since 1970
 * @param start how the segment continues its epoch, and the cues up to its newest known part
 * @param sizeBytes size of the known parts without an init section; 0 for a gap
 * @param parts positions of the known parts in the topic {@code parts}; empty for a gap
 */
public record Segment(long number, State state, long startTicks, long durationTicks, long programDateTimeMs,
        SegmentStart start, long sizeBytes, List<PartPlace> parts) {

    /** How much of a segment is known. */
    public enum State {
        /** The last part is not known yet. */
        OPEN,
        /** All parts are known. Only such segments are served. */
        COMPLETE,
        /** The segment cannot be served, because a part or all of it is missing. */
        GAP;

        private static State of(IndexEntry newest) {
            return newest.last() ? COMPLETE : OPEN;
        }
    }

    /** Returns a segment of which only part 0 is known, from its record. */
    static Segment begin(IndexedPart first) {
        var empty = new Segment(first.id().segment(), State.OPEN, first.times().startTicks(), 0,
                first.times().programDateTimeMs(), first.start(), 0, List.of());
        return empty.with(first);
    }

    /** Returns the placeholder for a segment that the index has skipped. {@code before} is the previous segment. */
    static Segment gap(long number, Segment before) {
        return new Segment(number, State.GAP, before.endTicks(), (long) before.start().targetDurationS() * Ticks.MPEG,
                before.endMs(),
                before.start().withoutDiscontinuity(), 0, List.of());
    }

    /** Returns this segment with its next part; a gap if {@code next} records that the part is missing. */
    Segment with(IndexedPart next) {
        long ticks = durationTicks + next.times().durationTicks();
        long firstTicks = durationTicks == 0 ? next.times().startTicks() : startTicks;
        long startMs = durationTicks == 0 ? next.times().programDateTimeMs() : programDateTimeMs;
        SegmentStart grown = start.withCues(next.start().cues());
        return switch (next) {
            case IndexEntry part -> {
                List<PartPlace> more = new ArrayList<>(parts);
                more.add(part.place());
                yield new Segment(number, State.of(part), firstTicks, ticks, startMs, grown,
                        sizeBytes + part.place().mediaBytes(), List.copyOf(more));
            }
            case Gap _ -> new Segment(number, State.GAP, firstTicks, ticks, startMs, grown, 0, List.of());
        };
    }

    /** Returns one part of this segment as a segment with the same number. The part must have media. */
    Segment ofPart(LivePart part) {
        return new Segment(number, State.COMPLETE, startTicks, part.durationTicks(), part.programDateTimeMs(), start,
                part.place().mediaBytes(), List.of(part.place()));
    }

    /** Returns one part of this segment, which is complete, as a segment with the same number; empty without media. */
    public Optional<Segment> ofPart(int part) {
        return part >= parts.size() || parts.get(part).mediaBytes() == 0
                ? Optional.empty()
                : Optional.of(new Segment(number, State.COMPLETE, startTicks, durationTicks, programDateTimeMs, start,
                        parts.get(part).mediaBytes(), List.of(parts.get(part))));
    }

    /** Returns this segment as a gap, because it is withdrawn; an open one unchanged, because it is not listed yet. */
    Segment withdrawn() {
        return isClosed()
                ? new Segment(number, State.GAP, startTicks, durationTicks, programDateTimeMs, start, 0, List.of())
                : this;
    }

    /** Returns this segment without the positions of its parts, which take most of its memory. */
    Segment withoutParts() {
        return new Segment(number, state, startTicks, durationTicks, programDateTimeMs, start, sizeBytes, List.of());
    }

    /**
     * Returns the gap that closes this open segment before {@code later}, the first record of a later segment of the
     * rendition. Such a record shows that nothing of this segment follows: the packager that wrote its parts was
     * replaced by one that could not mux them, so the gap that is in the index calls a known part missing, and is
     * void. The gap lasts until {@code later}, but not longer than the target duration.
     */
    Gap gapBefore(IndexedPart later) {
        long mostTicks = Math.max(0, (long) start.targetDurationS() * Ticks.MPEG - durationTicks);
        long untilMs = later.times().programDateTimeMs() - endMs();
        long ticks = Math.clamp(Ticks.rescale(untilMs, Ticks.MILLIS, Ticks.MPEG), 0, mostTicks);
        return new Gap(new PartId(later.epoch(), number, parts.size()), later.rendition(), Gap.Reason.BUG,
                new PartTimes(endTicks(), ticks, endMs(), 0), start);
    }

    /** Returns whether {@code next} is the first record of the next part. */
    boolean isContinuedBy(IndexedPart next) {
        return state == State.OPEN && next.id().part() == parts.size();
    }

    /** Returns whether the segment can be served. */
    public boolean complete() {
        return state == State.COMPLETE;
    }

    /** Returns whether nothing can be added to the segment, so that a playlist can list it, with or without media. */
    public boolean isClosed() {
        return state != State.OPEN;
    }

    /** Returns the presentation time of the segment's end, 90 kHz. */
    long endTicks() {
        return startTicks + durationTicks;
    }

    /** Returns the wall-clock time of the segment's end, ms since 1970. */
    public long endMs() {
        return programDateTimeMs + Ticks.rescale(durationTicks, Ticks.MPEG, Ticks.MILLIS);
    }

    /** Returns whether the init section of the segment {@code before} does not apply to this one. */
    boolean hasOtherInit(Segment before) {
        return start.discontinuous() || start.discontinuity() != before.start.discontinuity();
    }

    /**
     * Returns the segment's entry in a media playlist.
     *
     * @param mapUri URI of the init section if it differs from that of the previous segment, otherwise null
     * @param isFirst whether the playlist begins with this segment, and thus with the cues of earlier ones that are not
     *     over
     */
    MediaSegment line(String uri, String mapUri, boolean isFirst) {
        return new MediaSegment(uri, durationTicks, programDateTimeMs, start.discontinuous(), !complete(), mapUri,
                isFirst ? DateRanges.all(start.cues()) : DateRanges.recordedWith(number, start.cues()));
    }

    /**
     * Returns the size of the beginning of the segment's file up to the end of the keyframe with which it begins; 0 if
     * it does not begin with one, or is not complete.
     */
    int keyframeBytes() {
        return complete() && !parts.isEmpty() ? parts.getFirst().keyframeBytes() : 0;
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
