package io.millrace.edge.hls;

import com.github.benmanes.caffeine.cache.Cache;
import io.millrace.platform.access.AccessDecision;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HlsAccessTest {
    private static final int LIMIT = 5;

    @Test
    void limitsMemoryOfSessions() {
        int sizeBytes = HlsAccess.ENTRY_BYTES + 2 * ("live/show".length() + "192.0.2.1".length() + "player 1".length());
        Cache<HlsSession, CompletableFuture<AccessDecision>> sessions = HlsAccess.sessions(LIMIT * sizeBytes)
                .executor(Runnable::run).build();
        for (int i = 1; i <= LIMIT; i++) {
            put(sessions, i);
        }
        assertThat(sessions.estimatedSize()).as("at the limit").isEqualTo(LIMIT);
        put(sessions, LIMIT + 1);
        assertThat(sessions.estimatedSize()).as("one past it").isEqualTo(LIMIT);
    }

    private static void put(Cache<HlsSession, CompletableFuture<AccessDecision>> sessions, int player) {
        sessions.put(new HlsSession("live/show", "192.0.2.1", "player " + player), new CompletableFuture<>());
        sessions.cleanUp();
    }
}
