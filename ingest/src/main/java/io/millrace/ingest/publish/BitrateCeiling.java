package io.millrace.ingest.publish;

/**
 * Bitrate limit of one publisher: a token bucket that fills at the limit and holds {@link #SAVED_SECONDS} of it. An
 * encoder that had to wait for the log may catch up; an encoder that permanently exceeds the limit is detected soon.
 *
 * <p>Measures with the wall clock, because the encoder chooses its timestamps. Confined to one thread at a time.
 */
final class BitrateCeiling {
    /**
     * The bucket holds the bytes that are sent at the limit in this time, which is not less than the time for which a publisher
     * may wait for the log before it is disconnected.
     */
    static final int SAVED_SECONDS = 30;

    /** The result of {@link #spend}. */
    enum Answer {
        WITHIN,
        /** Less than half of the bucket is left. Returned once until the bucket is full again. */
        WARN,
        /** The bucket is empty: the caller must end the publish. */
        OVER
    }

    private final long bitsPerSecond;
    private final long mostBits;
    private long savedBits;
    /** Greatest time that {@link #spend} was passed. */
    private long lastMs = Long.MIN_VALUE;
    private boolean warned;

    /** @param bitsPerSecond the limit, greater than 0 */
    BitrateCeiling(long bitsPerSecond) {
        this.bitsPerSecond = bitsPerSecond;
        this.mostBits = bitsPerSecond * SAVED_SECONDS;
        this.savedBits = mostBits;
    }

    /**
     * Counts a received message and returns whether the publisher is within its limit.
     *
     * @param nowMs wall clock, in ms; a step back fills nothing, and a step ahead fills the bucket once at most
     */
    Answer spend(int sizeBytes, long nowMs) {
        if (lastMs != Long.MIN_VALUE && nowMs > lastMs) {
            long elapsedMs = Math.min(nowMs - lastMs, SAVED_SECONDS * 1_000L);
            savedBits = Math.min(mostBits, savedBits + elapsedMs * bitsPerSecond / 1_000);
        }
        lastMs = Math.max(lastMs, nowMs);
        warned &= savedBits < mostBits;
        savedBits -= sizeBytes * 8L;
        if (savedBits < 0) {
            return Answer.OVER;
        }
        if (savedBits < mostBits / 2 && !warned) {
            warned = true;
            return Answer.WARN;
        }
        return Answer.WITHIN;
    }
}
