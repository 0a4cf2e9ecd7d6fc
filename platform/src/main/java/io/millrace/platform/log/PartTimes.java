package io.millrace.platform.log;

import io.millrace.media.time.Ticks;

/**
 * The times of a part: those of its cut, or in CMAF those of the rendition's own samples ({@link IndexEntry}).
 *
 * @param startTicks presentation time of the first sample of the leading track (video if there is any, otherwise
 *     audio), 90 kHz. The timeline continues from part to part, and restarts at a discontinuity
 * @param durationTicks duration, 90 kHz; the durations of a segment's parts add up to the segment's
 * @param programDateTimeMs wall clock of the start, ms since 1970: the start of the session plus media time, corrected
 *     for the drift of the encoder's clock
 * @param arrivalUs arrival of the part's newest packet at ingest, µs since 1970
 */
public record PartTimes(long startTicks, long durationTicks, long programDateTimeMs, long arrivalUs) {
    /**
     * Timestamps in the media are times of the timeline plus this, 90 kHz: 10 s, so that no clock is negative. The same
     * in every stream and format.
     */
    public static final long MEDIA_OFFSET_TICKS = 10L * Ticks.MPEG;

    /** Returns the wall clock of the end, ms since 1970. */
    public long endMs() {
        return programDateTimeMs + Ticks.rescale(durationTicks, Ticks.MPEG, Ticks.MILLIS);
    }
}
