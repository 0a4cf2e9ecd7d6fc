package io.millrace.edge.live;

/**
 * What the URL of a playlist of the past asks for: media between two times, in a fixed run of epochs, so that every version
 * of the playlist is numbered alike and its end is final.
 *
 * @param stream the stream's name
 * @param firstEpoch where its numbers begin
 * @param lastEpoch the range ends with it
 * @param startMs PROGRAM-DATE-TIME, ms since 1970; {@link #BEGINNING} without one
 * @param endMs the same; {@link #OPEN} without one
 */
public record PastRange(String stream, long firstEpoch, long lastEpoch, long startMs, long endMs) {
    public static final long BEGINNING = 0;
    public static final long OPEN = Long.MAX_VALUE;

    public boolean isOpen() {
        return endMs == OPEN;
    }

    public boolean hasEpoch(long epoch) {
        return epoch >= firstEpoch && epoch <= lastEpoch;
    }
}
