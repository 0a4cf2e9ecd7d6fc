package io.millrace.edge.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who watches by HLS, as far as an edge can tell: an address and a player count as long as they ask for playlists.
 *
 * <p>Thread-safe; bounded.
 */
final class HlsAudience {
    /** Longer than the longest target duration (12 s): a player asks for its playlist once in that time. */
    private static final Duration PRESENCE = Duration.ofSeconds(15);
    private static final int VIEWER_LIMIT = 100_000;

    private static final long COUNTED_FOR_NANOS = Duration.ofSeconds(1).toNanos();

    private record Counts(long atNanos, Map<String, Long> byStream) {}

    private record Viewer(String stream, String host, String player) {}

    private final Cache<Viewer, Boolean> viewers = Caffeine.newBuilder().expireAfterWrite(PRESENCE)
            .maximumSize(VIEWER_LIMIT).build();

    private volatile Counts counts = new Counts(System.nanoTime() - 2 * COUNTED_FOR_NANOS, Map.of());

    void seen(String stream, String host, String player) {
        viewers.put(new Viewer(stream, host, player), true);
    }

    /** Counted at most once a second, whoever asks. */
    long of(String stream) {
        Counts now = counts;
        if (System.nanoTime() - now.atNanos() > COUNTED_FOR_NANOS) {
            viewers.cleanUp();
            now = new Counts(System.nanoTime(), viewers.asMap().keySet().stream()
                    .collect(Collectors.groupingBy(Viewer::stream, Collectors.counting())));
            counts = now;
        }
        return now.byStream().getOrDefault(stream, 0L);
    }

    long total() {
        viewers.cleanUp();
        return viewers.estimatedSize();
    }
}
