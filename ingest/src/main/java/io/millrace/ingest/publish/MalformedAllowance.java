package io.millrace.ingest.publish;

/**
 * Limit of the malformed messages of one publisher. Each is dropped; more than the limit within a minute end the
 * publish.
 *
 * <p>Confined to one thread at a time.
 */
final class MalformedAllowance {
    private static final long WINDOW_MS = 60_000;

    /** Times of the latest malformed messages; a ring whose oldest entry is overwritten first. */
    private final long[] timesMs;
    private long count;

    /** @param perMinute malformed messages that are tolerated within any minute */
    MalformedAllowance(int perMinute) {
        timesMs = new long[perMinute + 1];
    }

    /** Counts one more malformed message and returns whether the limit is exceeded. */
    boolean exceeded(long nowMs) {
        timesMs[(int) (count++ % timesMs.length)] = nowMs;
        long oldestMs = timesMs[(int) (count % timesMs.length)];
        return count >= timesMs.length && nowMs - oldestMs < WINDOW_MS;
    }
}
