package io.millrace.platform.stages;

/**
 * Finds the age of something that can only be asked whether it is older than a given age: doubles the age until it is
 * not, then halves the interval. Not thread-safe.
 */
final class AgeSearch {
    /** The first question. A stage that keeps up is below this. */
    private static final long FIRST_MS = 1_000;
    /** The interval is at most this long, or an eighth of the age. */
    static final long PRECISION_MS = 100;
    private static final int PRECISION_SHARE = 8;
    /** Stops the search for records that never are young enough, such as those of a clock that is wrong by years. */
    static final long LIMIT_MS = 1L << 40;

    private long youngestMs;
    /** Negative until an upper bound is known. */
    private long oldestMs = -1;

    /** Returns whether the age is known precisely enough. */
    boolean isOver() {
        return oldestMs >= 0
                ? oldestMs - youngestMs <= Math.max(PRECISION_MS, youngestMs / PRECISION_SHARE)
                : youngestMs >= LIMIT_MS;
    }

    /** Returns the age to ask about next. */
    long questionMs() {
        return oldestMs >= 0 ? (youngestMs + oldestMs) / 2 : Math.max(FIRST_MS, 2 * youngestMs);
    }

    /** Takes the answer to the question. */
    void answer(boolean older) {
        if (older) {
            youngestMs = questionMs();
        } else {
            oldestMs = questionMs();
        }
    }

    /** Returns the greatest age that is known to be reached. */
    long ageMs() {
        return youngestMs;
    }
}
