package io.millrace.media.time;

/**
 * Unwraps the 32-bit millisecond stamps of one RTMP track to 64 bits by serial arithmetic: they wrap after 49 days.
 *
 * <p>Confined to one thread.
 */
public final class TimestampUnwrapper {
    private boolean started;
    private long lastMs;

    /**
     * Takes the first stamp as the one nearest to {@code referenceMs} instead of as it is: for a track that begins after
     * another one of the same encoder. Nothing happens once the track has begun.
     */
    public void startNear(long referenceMs) {
        if (!started) {
            lastMs = referenceMs;
            started = true;
        }
    }

    /** @param timestamp the 32 bits as they were on the wire */
    public long unwrapMs(int timestamp) {
        lastMs = started ? lastMs + (timestamp - (int) lastMs) : timestamp & 0xFFFF_FFFFL;
        started = true;
        return lastMs;
    }
}
