package io.millrace.ingest.publish;

/**
 * How many broken frames a publisher may send: each is dropped, and more than so many within a minute end it.
 *
 * <p>Confined to one thread at a time.
 */
final class MalformedAllowance {
    private static final long WINDOW_MS = 60_000;

    /** When the last ones came, oldest overwritten first. */
    private final long[] timesMs;
    private long count;

    /** @param perMinute frames that are forgiven within any minute */
    MalformedAllowance(int perMinute) {
        timesMs = new long[perMinute + 1];
    }

    /** One more came; whether it was one too many. */
    boolean exceeded(long nowMs) {
        timesMs[(int) (count++ % timesMs.length)] = nowMs;
        long oldestMs = timesMs[(int) (count % timesMs.length)];
        return count >= timesMs.length && nowMs - oldestMs < WINDOW_MS;
    }
}
