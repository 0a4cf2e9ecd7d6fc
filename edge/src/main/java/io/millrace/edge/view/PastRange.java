package io.millrace.edge.view;

import io.millrace.platform.directory.SessionSpan;

/**
 * The range that the URL of a playlist of the past requests: media between two times, or a window at a fixed delay
 * behind the newest segment. The run of epochs is fixed, so that every version of the playlist has the same numbering
 * and its end is final.
 *
 * @param stream the stream's name
 * @param firstEpoch the epoch where numbering begins
 * @param lastEpoch the last epoch of the range
 * @param startMs PROGRAM-DATE-TIME, ms since 1970; {@link #BEGINNING} if absent
 * @param endMs PROGRAM-DATE-TIME, ms since 1970; {@link #OPEN} if absent
 * @param delayMs delay of the window's end behind the newest segment, 0 for a range between two times
 */
public record PastRange(String stream, long firstEpoch, long lastEpoch, long startMs, long endMs, long delayMs) {
    public static final long BEGINNING = 0;
    public static final long OPEN = SessionSpan.OPEN;

    /** Creates a range between two times. */
    public PastRange(String stream, long firstEpoch, long lastEpoch, long startMs, long endMs) {
        this(stream, firstEpoch, lastEpoch, startMs, endMs, 0);
    }

    /** Creates a window that advances with the stream, {@code delayMs} behind it. */
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
