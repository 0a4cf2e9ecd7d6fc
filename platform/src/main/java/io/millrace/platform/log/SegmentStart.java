package io.millrace.platform.log;

/**
 * How a segment continues its epoch.
 *
 * @param independent whether the segment starts with a keyframe
 * @param discontinuous whether EXT-X-DISCONTINUITY precedes the segment
 * @param discontinuity number of discontinuities in the epoch up to and including this segment
 * @param targetDurationS EXT-X-TARGETDURATION in seconds, determined once per epoch
 */
public record SegmentStart(boolean independent, boolean discontinuous, long discontinuity, int targetDurationS) {

    public SegmentStart withTargetDurationS(int seconds) {
        return new SegmentStart(independent, discontinuous, discontinuity, seconds);
    }

    /** Returns the start of a segment that continues the media of this one. */
    public SegmentStart withoutDiscontinuity() {
        return new SegmentStart(independent, false, discontinuity, targetDurationS);
    }

    /** Returns the number of discontinuities in the epoch before this segment (EXT-X-DISCONTINUITY-SEQUENCE). */
    public long discontinuitySequence() {
        return discontinuity - (discontinuous ? 1 : 0);
    }
}
