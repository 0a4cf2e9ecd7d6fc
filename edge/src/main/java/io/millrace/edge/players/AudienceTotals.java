package io.millrace.edge.players;

import io.millrace.platform.log.AudienceReport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest report of each edge about each stream, from the log. Time is an argument, in ns of a monotonic clock.
 * Written by one thread; read by any.
 */
public final class AudienceTotals {
    /** An edge whose report is older than this has stopped. Three intervals. */
    private static final long VALID_INTERVALS = 3;

    private record Key(String stream, String edge) {}

    private record Received(AudienceReport report, long atNanos) {}

    private final Map<Key, Received> newest = new ConcurrentHashMap<>();
    private final long validNanos;

    /** @param intervalNanos how often an edge reports */
    AudienceTotals(long intervalNanos) {
        validNanos = VALID_INTERVALS * intervalNanos;
    }

    void put(AudienceReport report, long nowNanos) {
        newest.put(new Key(report.stream(), report.edge()), new Received(report, nowNanos));
    }

    /** Forgets reports of edges that have stopped. */
    void expire(long nowNanos) {
        newest.values().removeIf(received -> nowNanos - received.atNanos() > validNanos);
    }

    /** Returns the sums over all edges; they have no players if nobody reports about the stream. */
    public StreamAudience of(String stream) {
        var audience = new StreamAudience();
        newest.forEach((key, received) -> {
            if (key.stream().equals(stream)) {
                audience.add(received.report());
            }
        });
        return audience;
    }

    /** Returns the number of reports that are remembered. */
    int size() {
        return newest.size();
    }
}
