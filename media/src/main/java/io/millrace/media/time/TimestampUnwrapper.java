package io.millrace.media.time;

/**
 * Unwraps the 32-bit millisecond timestamps of one RTMP track, which wrap after 49 days, to 64 bits by serial number
 * arithmetic.
 *
 * <p>Confined to one thread.
 */
public final class TimestampUnwrapper {
    private boolean started;
    private long lastMs;

    /**
     * Interprets the first timestamp as the value nearest to {@code referenceMs} instead of literally. For a track that
     * begins after another track of the same encoder. Has no effect once the track has begun.
     */
    public void startNear(long referenceMs) {
        if (!started) {
            lastMs = referenceMs;
            started = true;
        }
    }

    /**
     * Returns the next timestamp, unwrapped. The first one is taken as unsigned, unless {@link #startNear} was called.
     *
     * @param timestamp the 32-bit value on the wire
     */
    public long unwrapMs(int timestamp) {
        lastMs = started ? lastMs + (timestamp - (int) lastMs) : timestamp & 0xFFFF_FFFFL;
        started = true;
        return lastMs;
    }
}
