package io.millrace.media.mpd;

/**
 * The URLs and times of the segments of one representation (ISO/IEC 23009-1, 5.3.9.4). Immutable.
 *
 * @param timescale ticks per second of the following times
 * @param offsetTicks media time at the start of the period
 * @param firstNumber number of the first segment of {@code timeline}; the others follow without a hole
 * @param initialization URL of the initialization segment
 * @param media URL of a segment, with {@code $Number$} in place of its number
 * @param timeline the times of the segments
 */
public record SegmentTemplate(int timescale, long offsetTicks, long firstNumber, String initialization, String media,
        SegmentTimeline timeline) {
    public SegmentTemplate {
        if (timescale < 1 || offsetTicks < 0 || firstNumber < 0 || !media.contains("$Number$")) {
            throw new IllegalArgumentException("timescale " + timescale + ", offset " + offsetTicks + ", first number "
                    + firstNumber + ", media " + media);
        }
    }
}
