package io.millrace.edge.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;

/**
 * Who watches by HLS, as far as an edge can tell: an address and a player count as long as they ask for playlists.
 *
 * <p>Thread-safe; bounded.
 */
final class HlsAudience {
    /** Longer than the longest target duration (12 s): a player asks for its playlist once in that time. */
    private static final Duration PRESENCE = Duration.ofSeconds(15);
    private static final int VIEWER_LIMIT = 100_000;

    private record Viewer(String stream, String host, String player) {}

    private final Cache<Viewer, Boolean> viewers = Caffeine.newBuilder().expireAfterWrite(PRESENCE)
            .maximumSize(VIEWER_LIMIT).build();

    void seen(String stream, String host, String player) {
        viewers.put(new Viewer(stream, host, player), true);
    }

    long of(String stream) {
        viewers.cleanUp();
        return viewers.asMap().keySet().stream().filter(v -> v.stream().equals(stream)).count();
    }

    long total() {
        viewers.cleanUp();
        return viewers.estimatedSize();
    }
}
