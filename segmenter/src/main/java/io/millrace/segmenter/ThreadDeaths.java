package io.millrace.segmenter;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Counts deaths of stream threads: a broker that was away for a while is no reason to end, a bug is. Thread-safe. */
final class ThreadDeaths {
    static final int LIMIT = 3;
    static final long WINDOW_NS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier clockNs;
    private final Deque<Long> deaths = new ArrayDeque<>();

    ThreadDeaths(LongSupplier clockNs) {
        this.clockNs = clockNs;
    }

    /** Counts one more; whether there were more than {@link #LIMIT} within {@link #WINDOW_NS}. */
    synchronized boolean isTooMany() {
        long now = clockNs.getAsLong();
        deaths.addLast(now);
        while (now - deaths.peekFirst() > WINDOW_NS) {
            deaths.removeFirst();
        }
        return deaths.size() > LIMIT;
    }
}
