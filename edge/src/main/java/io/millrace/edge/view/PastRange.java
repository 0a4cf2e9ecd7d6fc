package io.millrace.edge.view;

import io.millrace.platform.directory.SessionSpan;
import io.millrace.platform.log.EpochName;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/**
 * A range of past media, as a playlist URL requests it: between two times, or a window at a fixed delay behind the live
 * stream. The URL also names the first and the last epoch, so that every version of the playlist has the same
 * numbering, and the playlist ends with the last epoch at the latest.
 *
 * <p>Segments are listed whole. The playlist begins with the segment that was playing at {@code startMs}, or with the
 * first segment of its GOP; if nothing was playing, with the next keyframe. It ends with the last segment that begins
 * before {@code endMs}, even if that segment ends later.
 *
 * @param stream the stream's name
 * @param first the first epoch of the range, where numbering begins
 * @param last the last epoch of the range, inclusive
 * @param startMs wall-clock time on the scale of PROGRAM-DATE-TIME, inclusive, ms since 1970; {@link #BEGINNING} if
 *     absent
 * @param endMs on the same scale, exclusive; {@link #OPEN} if absent
 * @param delayMs time from the window's end to the end of the newest segment; 0 for a range between two times
 */
public record PastRange(String stream, EpochName first, EpochName last, long startMs, long endMs, long delayMs) {
    /** Value of {@code startMs} for a range without a start. */
    public static final long BEGINNING = 0;
    /** Value of {@code endMs} for a range without an end, later than any time. */
    public static final long OPEN = SessionSpan.OPEN;

    /** Creates a range between two times. */
    public PastRange(String stream, EpochName first, EpochName last, long startMs, long endMs) {
        this(stream, first, last, startMs, endMs, 0);
    }

    /** Creates a window that advances with the stream and ends {@code delayMs} before the end of its newest segment. */
    public static PastRange delayed(String stream, EpochName first, EpochName last, long delayMs) {
        return new PastRange(stream, first, last, BEGINNING, OPEN, delayMs);
    }

    /** Returns whether the range has no end time, as is the case for every delayed window. */
    public boolean isOpen() {
        return endMs == OPEN;
    }

    /** Returns whether this is a delayed window. */
    public boolean isDelayed() {
        return delayMs > 0;
    }

    /** Returns whether the number of an epoch lies in the range. */
    public boolean hasEpoch(long epoch) {
        return epoch >= firstEpoch() && epoch <= lastEpoch();
    }

    /** Returns the query with which playlist URLs request the range; empty for all of its epochs. */
    public String query() {
        var query = new StringBuilder();
        if (isDelayed()) {
            query.append("?delay=").append(delayMs / 1_000).append('s');
        }
        if (startMs != BEGINNING) {
            query.append("?start=").append(time(startMs));
        }
        if (!isOpen()) {
            query.append(query.isEmpty() ? '?' : '&').append("end=").append(time(endMs));
        }
        return query.toString();
    }

    /** Returns the time in RFC 3339, in UTC with milliseconds. */
    private static String time(long epochMs) {
        return DateTimeFormatter.ISO_INSTANT.format(Instant.ofEpochMilli(epochMs));
    }

    /** Returns the number of the first epoch. */
    public long firstEpoch() {
        return first.number();
    }

    /** Returns the number of the last epoch, inclusive. */
    public long lastEpoch() {
        return last.number();
    }
}
