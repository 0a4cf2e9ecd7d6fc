package io.millrace.edge.players;

import com.github.benmanes.caffeine.cache.Ticker;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Limits how many reports of a network are read: {@link #REPORTS} per window of {@link #WINDOW_S}. Thread-safe;
 * remembers at most {@link #NETWORKS} networks, and counts those that follow in the same window as one.
 */
final class ReportQuota {
    static final int WINDOW_S = 10;
    static final int REPORTS = 1_000;
    static final int NETWORKS = 10_000;

    private static final String OTHERS = "others";
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(WINDOW_S);

    private final Ticker ticker;
    private final Map<String, Integer> counts = new HashMap<>();
    private long sinceNanos;

    ReportQuota(Ticker ticker) {
        this.ticker = ticker;
        sinceNanos = ticker.read();
    }

    /** Counts a report, and returns whether it may be read. */
    synchronized boolean permits(String network) {
        long now = ticker.read();
        if (now - sinceNanos >= WINDOW_NANOS) {
            sinceNanos = now;
            counts.clear();
        }
        boolean isKnown = counts.size() < NETWORKS || counts.containsKey(network);
        return counts.merge(isKnown ? network : OTHERS, 1, Integer::sum) <= REPORTS;
    }
}
