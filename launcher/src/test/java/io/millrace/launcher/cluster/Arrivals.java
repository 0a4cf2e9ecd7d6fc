package io.millrace.launcher.cluster;

import java.util.ArrayList;
import java.util.List;

/** When a viewer got something new, and when it was thrown out. Thread-safe. */
final class Arrivals {
    /** A viewer that lost its connection or was refused. */
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

    /** When the newest frame that arrived was sent, ms since 1970. */
    synchronized long newestSentMs() {
        return newestSentMs;
    }

    synchronized List<Failure> failures() {
        return List.copyOf(failures);
    }

    /** The longest time without anything new that touches the span; what it began with counts from before. */
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
