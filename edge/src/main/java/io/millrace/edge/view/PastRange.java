package io.millrace.edge.view;

import io.millrace.platform.directory.SessionSpan;
import io.millrace.platform.log.EpochName;

/**
 * The range that the URL of a playlist of the past requests: media between two times, or a window at a fixed delay
 * behind the newest segment. The run of epochs is fixed, so that every version of the playlist has the same numbering
 * and its end is final.
 *
 * @param stream the stream's name
 * @param first the epoch where numbering begins
 * @param last the last epoch of the range
 * @param startMs PROGRAM-DATE-TIME, ms since 1970; {@link #BEGINNING} if absent
 * @param endMs PROGRAM-DATE-TIME, ms since 1970; {@link #OPEN} if absent
 * @param delayMs delay of the window's end behind the newest segment, 0 for a range between two times
 */
public record PastRange(String stream, EpochName first, EpochName last, long startMs, long endMs, long delayMs) {
    public static final long BEGINNING = 0;
    public static final long OPEN = SessionSpan.OPEN;

    /** Creates a range between two times. */
    public PastRange(String stream, EpochName first, EpochName last, long startMs, long endMs) {
        this(stream, first, last, startMs, endMs, 0);
    }

    /** Creates a window that advances with the stream, {@code delayMs} behind it. */
    public static PastRange delayed(String stream, EpochName first, EpochName last, long delayMs) {
        return new PastRange(stream, first, last, BEGINNING, OPEN, delayMs);
    }

    public boolean isOpen() {
        return endMs == OPEN;
    }

    public boolean isDelayed() {
        return delayMs > 0;
    }

    public boolean hasEpoch(long epoch) {
        return epoch >= firstEpoch() && epoch <= lastEpoch();
    }

    public long firstEpoch() {
        return first.number();
    }

    public long lastEpoch() {
        return last.number();
    }
}
