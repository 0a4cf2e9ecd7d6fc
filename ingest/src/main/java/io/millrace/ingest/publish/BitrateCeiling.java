package io.millrace.ingest.publish;

/**
 * How much a publisher may send: the ceiling, and what it has saved of it, up to {@link #SAVED_SECONDS}. So an encoder that the
 * log has kept waiting may catch up, and one that is over for good is over soon.
 *
 * <p>By the wall clock: timestamps are what the encoder says. Confined to one thread at a time.
 */
final class BitrateCeiling {
    /** As long as the log may keep a publisher waiting before it is closed. */
    static final int SAVED_SECONDS = 30;

    enum Answer {
        WITHIN,
        /** Half of what was saved is spent: once until all of it has been saved again. */
        WARN,
        /** All of it is. */
        OVER
    }

    private final long bitsPerSecond;
    private final long mostBits;
    private long savedBits;
    private long lastMs = Long.MIN_VALUE;
    private boolean warned;

    /** @param bitsPerSecond the ceiling */
    BitrateCeiling(long bitsPerSecond) {
        this.bitsPerSecond = bitsPerSecond;
        this.mostBits = bitsPerSecond * SAVED_SECONDS;
        this.savedBits = mostBits;
    }

    /** A message came. */
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
