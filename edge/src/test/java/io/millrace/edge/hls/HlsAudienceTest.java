package io.millrace.edge.hls;

import com.github.benmanes.caffeine.cache.Cache;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HlsAudienceTest {
    private static final int LIMIT = 5;

    private final EdgeMeters meters = new EdgeMeters(new SimpleMeterRegistry());
    private final Viewers viewers = new Viewers(meters, InstantSource.system());
    private final HlsAudience audience = new HlsAudience(Protocol.HLS, viewers, meters, () -> 0, LIMIT);

    @Test
    void viewerAboveLimitDisplacesAnother() {
        for (int i = 1; i <= LIMIT; i++) {
            watch(i);
            assertThat(count()).isEqualTo(i);
        }
        watch(LIMIT + 1);
        assertThat(count()).isEqualTo(LIMIT);
    }

    @Test
    void kickedViewerAboveLimitIsForgotten() {
        Cache<Object, Object> kicked = HlsAudience.refusals(LIMIT).executor(Runnable::run).build();
        for (int i = 1; i <= LIMIT + 1; i++) {
            kicked.put(session(i), true);
            kicked.cleanUp();
            assertThat(kicked.estimatedSize()).isEqualTo(Math.min(i, LIMIT));
        }
    }

    private void watch(int client) {
        audience.watches(session(client));
    }

    private static HlsSession session(int client) {
        return new HlsSession("live/show", "192.0.2." + client, "player", null);
    }

    private int count() {
        return viewers.count("live/show", Protocol.HLS);
    }
}
