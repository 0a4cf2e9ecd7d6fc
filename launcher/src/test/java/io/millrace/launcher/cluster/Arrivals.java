package io.millrace.launcher.cluster;

import java.util.ArrayList;
import java.util.List;

/** Records when a viewer received new media and when it was disconnected. Thread-safe. */
final class Arrivals {
    /** The viewer lost its connection or was refused. */
    record Failure(long atNanos, String why) {}

    private final List<Long> nanos = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private long newestSentMs;

    synchronized void arrived(long sentMs) {
        nanos.add(System.nanoTime());
        newestSentMs = Math.max(newestSentMs, sentMs);
    }

    synchronized void failed(String why) {
        failures.add(new Failure(System.nanoTime(), why));
    }

    /** Returns when the newest received frame was sent, ms since 1970. */
    synchronized long newestSentMs() {
        return newestSentMs;
    }

    synchronized List<Failure> failures() {
        return List.copyOf(failures);
    }

    /**
     * Returns the longest time without new media that overlaps the span. Counts from its beginning, even if that is
     * before the span.
     */
    synchronized long longestGapNanos(long fromNanos, long toNanos) {
        long longest = 0;
        for (int i = 1; i < nanos.size(); i++) {
            if (nanos.get(i) > fromNanos && nanos.get(i - 1) < toNanos) {
                longest = Math.max(longest, nanos.get(i) - nanos.get(i - 1));
            }
        }
        return longest;
    }
}
