package io.millrace.platform.log;

import java.util.List;

/**
 * How a segment continues its epoch.
 *
 * @param independent whether the segment starts with a keyframe
 * @param discontinuous whether EXT-X-DISCONTINUITY precedes the segment
 * @param discontinuity number of discontinuities in the epoch up to and including this segment
 * @param targetDurationS EXT-X-TARGETDURATION in seconds, determined once per epoch
 * @param period start of the first segment with this discontinuity number
 * @param cues the cues of the epoch that playlists list with the segment, in log order: those of earlier segments that are
 *     not over when the segment starts, then those of the segment up to the part whose record this is. In the head of a
 *     cut, empty: see {@link Cut#cues}
 */
public record SegmentStart(boolean independent, boolean discontinuous, long discontinuity, int targetDurationS,
        PeriodStart period, List<Cue> cues) {
    public SegmentStart {
        cues = List.copyOf(cues);
    }

    /** Creates the start of a segment without cues. */
    public SegmentStart(boolean independent, boolean discontinuous, long discontinuity, int targetDurationS,
            PeriodStart period) {
        this(independent, discontinuous, discontinuity, targetDurationS, period, List.of());
    }

    /** Creates the start of a segment in a period of which the start is unknown. */
    public SegmentStart(boolean independent, boolean discontinuous, long discontinuity, int targetDurationS) {
        this(independent, discontinuous, discontinuity, targetDurationS, PeriodStart.UNKNOWN);
    }

    public SegmentStart withTargetDurationS(int seconds) {
        return new SegmentStart(independent, discontinuous, discontinuity, seconds, period, cues);
    }

    public SegmentStart withCues(List<Cue> others) {
        return new SegmentStart(independent, discontinuous, discontinuity, targetDurationS, period, others);
    }

    /** Returns the start of a segment that continues the media of this one. */
    public SegmentStart withoutDiscontinuity() {
        return new SegmentStart(independent, false, discontinuity, targetDurationS, period, cues);
    }

    /** Returns the number of discontinuities in the epoch before this segment (EXT-X-DISCONTINUITY-SEQUENCE). */
    public long discontinuitySequence() {
        return discontinuity - (discontinuous ? 1 : 0);
    }
}
