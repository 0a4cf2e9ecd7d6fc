package io.millrace.platform.log;

/**
 * How a segment continues its epoch.
 *
 * @param independent whether the segment starts with a keyframe
 * @param discontinuous whether EXT-X-DISCONTINUITY precedes the segment
 * @param discontinuity number of discontinuities in the epoch up to and including this segment
 * @param targetDurationS EXT-X-TARGETDURATION in seconds, determined once per epoch
 * @param period start of the first segment with this discontinuity number
 */
public record SegmentStart(boolean independent, boolean discontinuous, long discontinuity, int targetDurationS,
        PeriodStart period) {
    /** Creates the start of a segment in a period of which the start is unknown. */
    public SegmentStart(boolean independent, boolean discontinuous, long discontinuity, int targetDurationS) {
        this(independent, discontinuous, discontinuity, targetDurationS, PeriodStart.UNKNOWN);
    }

    public SegmentStart withTargetDurationS(int seconds) {
        return new SegmentStart(independent, discontinuous, discontinuity, seconds, period);
    }

    /** Returns the start of a segment that continues the media of this one. */
    public SegmentStart withoutDiscontinuity() {
        return new SegmentStart(independent, false, discontinuity, targetDurationS, period);
    }

    /** Returns the number of discontinuities in the epoch before this segment (EXT-X-DISCONTINUITY-SEQUENCE). */
    public long discontinuitySequence() {
        return discontinuity - (discontinuous ? 1 : 0);
    }
}
