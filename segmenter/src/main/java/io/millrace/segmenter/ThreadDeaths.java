package io.millrace.segmenter;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts failures of stream threads. A few are expected while a broker is unavailable; repeated ones indicate a bug.
 * Thread-safe.
 */
final class ThreadDeaths {
    /** Number of failures that are tolerated within {@link #WINDOW_NS}. */
    static final int LIMIT = 3;
    static final long WINDOW_NS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier clockNs;
    private final Deque<Long> deaths = new ArrayDeque<>();

    /** @param clockNs any monotonic clock, in ns */
    ThreadDeaths(LongSupplier clockNs) {
        this.clockNs = clockNs;
    }

    /** Counts one failure. Returns whether there were more than {@link #LIMIT} within {@link #WINDOW_NS}. */
    synchronized boolean isTooMany() {
        long now = clockNs.getAsLong();
        deaths.addLast(now);
        while (now - deaths.peekFirst() > WINDOW_NS) {
            deaths.removeFirst();
        }
        return deaths.size() > LIMIT;
    }
}
