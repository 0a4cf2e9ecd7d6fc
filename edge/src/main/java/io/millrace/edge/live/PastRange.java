package io.millrace.edge.live;

/**
 * What the URL of a playlist of the past asks for, in a fixed run of epochs, so that every version of the playlist is
 * numbered alike and its end is final: media between two times, or a window that stays behind the stream's newest segment.
 *
 * @param stream the stream's name
 * @param firstEpoch where its numbers begin
 * @param lastEpoch the range ends with it
 * @param startMs PROGRAM-DATE-TIME, ms since 1970; {@link #BEGINNING} without one
 * @param endMs the same; {@link #OPEN} without one
 * @param delayMs how far the window ends behind the newest segment, 0 for a range between two times
 */
public record PastRange(String stream, long firstEpoch, long lastEpoch, long startMs, long endMs, long delayMs) {
    public static final long BEGINNING = 0;
    public static final long OPEN = Long.MAX_VALUE;

    /** Between two times. */
    public PastRange(String stream, long firstEpoch, long lastEpoch, long startMs, long endMs) {
        this(stream, firstEpoch, lastEpoch, startMs, endMs, 0);
    }

    /** A window that moves on with the stream, {@code delayMs} behind it. */
    public static PastRange delayed(String stream, long firstEpoch, long lastEpoch, long delayMs) {
        return new PastRange(stream, firstEpoch, lastEpoch, BEGINNING, OPEN, delayMs);
    }

    public boolean isOpen() {
        return endMs == OPEN;
    }

    public boolean isDelayed() {
        return delayMs > 0;
    }

    public boolean hasEpoch(long epoch) {
        return epoch >= firstEpoch && epoch <= lastEpoch;
    }
}
