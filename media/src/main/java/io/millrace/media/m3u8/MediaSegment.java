package io.millrace.media.m3u8;

import io.millrace.media.time.Ticks;
import java.util.List;

/**
 * One segment of a {@link MediaPlaylist} with the tags that apply to it.
 *
 * <p>Immutable.
 *
 * @param uri relative or absolute
 * @param durationTicks 90 kHz, {@link Ticks#MPEG}
 * @param programDateTimeMs wall-clock time at the start of the segment in milliseconds since 1970 UTC, or {@link
 *     #NO_TIME}
 * @param discontinuity whether EXT-X-DISCONTINUITY precedes the segment
 * @param gap whether the segment is known to be missing (EXT-X-GAP)
 * @param mapUri URI of the init section if EXT-X-MAP precedes the segment, otherwise null: it then is that of the
 *     previous segment
 * @param dateRanges the date ranges that are listed before the segment
 */
public record MediaSegment(String uri, long durationTicks, long programDateTimeMs, boolean discontinuity, boolean gap,
        String mapUri, List<DateRange> dateRanges) {
    /** Value that means no EXT-X-PROGRAM-DATE-TIME. */
    public static final long NO_TIME = Long.MIN_VALUE;

    /** Creates a segment without EXT-X-DATERANGE. */
    public MediaSegment(String uri, long durationTicks, long programDateTimeMs, boolean discontinuity, boolean gap,
            String mapUri) {
        this(uri, durationTicks, programDateTimeMs, discontinuity, gap, mapUri, List.of());
    }

    /** Creates a segment without EXT-X-DATERANGE and EXT-X-MAP. */
    public MediaSegment(String uri, long durationTicks, long programDateTimeMs, boolean discontinuity, boolean gap) {
        this(uri, durationTicks, programDateTimeMs, discontinuity, gap, null);
    }

    public MediaSegment {
        dateRanges = List.copyOf(dateRanges);
        PlaylistLines.requireUri(uri);
        if (durationTicks < 0) {
            throw new IllegalArgumentException("durationTicks is negative: " + durationTicks);
        }
    }

    /** Returns the duration rounded to seconds, a lower bound for EXT-X-TARGETDURATION (RFC 8216, 4.3.3.1). */
    public long roundedSeconds() {
        return (durationTicks + Ticks.MPEG / 2) / Ticks.MPEG;
    }
}
