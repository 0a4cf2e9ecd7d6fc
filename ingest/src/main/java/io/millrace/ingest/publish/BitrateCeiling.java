package io.millrace.ingest.publish;

/**
 * Bitrate limit of one publisher: a token bucket that fills at the limit and holds {@link #SAVED_SECONDS} of it. An
 * encoder that had to wait for the log may catch up; one that exceeds the limit permanently is detected soon.
 *
 * <p>Measures with the wall clock, because the encoder chooses its timestamps. Confined to one thread at a time.
 */
final class BitrateCeiling {
    /** The time for which the log may keep a publisher waiting before the publisher is disconnected. */
    static final int SAVED_SECONDS = 30;

    /** The result of {@link #spend}. */
    enum Answer {
        WITHIN,
        /** Less than half of the bucket is left. Returned once until the bucket is full again. */
        WARN,
        /** The bucket is empty: the publish ends. */
        OVER
    }

    private final long bitsPerSecond;
    private final long mostBits;
    private long savedBits;
    private long lastMs = Long.MIN_VALUE;
    private boolean warned;

    /** @param bitsPerSecond the limit */
    BitrateCeiling(long bitsPerSecond) {
        this.bitsPerSecond = bitsPerSecond;
        this.mostBits = bitsPerSecond * SAVED_SECONDS;
        this.savedBits = mostBits;
    }

    /** Counts a received message and returns whether the publisher is within its limit. */
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
