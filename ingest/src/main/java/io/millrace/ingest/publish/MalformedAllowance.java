package io.millrace.ingest.publish;

/**
 * Limit of the malformed messages of one publisher. Each malformed message is dropped; one more than the limit within a
 * minute ends the publish.
 *
 * <p>Confined to one thread at a time.
 */
final class MalformedAllowance {
    private static final long WINDOW_MS = 60_000;

    /** Times of the latest malformed messages; a ring whose oldest entry is overwritten first. */
    private final long[] timesMs;
    private long count;

    /** @param perMinute number of malformed messages that are tolerated within any minute */
    MalformedAllowance(int perMinute) {
        timesMs = new long[perMinute + 1];
    }

    /**
     * Counts one more malformed message and returns whether the limit is exceeded.
     *
     * @param nowMs any clock, in ms
     */
    boolean exceeded(long nowMs) {
        timesMs[(int) (count++ % timesMs.length)] = nowMs;
        long oldestMs = timesMs[(int) (count % timesMs.length)];
        return count >= timesMs.length && nowMs - oldestMs < WINDOW_MS;
    }
}
