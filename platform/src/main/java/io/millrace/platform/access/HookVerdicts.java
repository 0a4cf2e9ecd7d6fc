package io.millrace.platform.access;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.media.StreamName;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Answers of the hook about viewers whose requests have no connection in common (HLS, DASH), so that it is asked once
 * per viewer and not for each request. A permission lasts while the viewer sends requests; requests that arrive before
 * the answer share it. Bounded: the hook is asked again about a viewer that was displaced. Thread-safe.
 */
final class HookVerdicts {
    /**
     * A permission ends this long after the viewer's last request. Longer than twice the longest target duration (12 s):
     * the requests between may be answered by a cache.
     */
    static final Duration ALLOWED = Duration.ofSeconds(30);
    /** A refusal is remembered for this long, so that a player that insists does not burden the hook. */
    static final Duration REFUSED = Duration.ofSeconds(2);
    private static final int LIMIT_BYTES = 16 << 20;
    /** Memory of an entry in addition to its texts. */
    private static final int ENTRY_BYTES = 512;

    /**
     * A viewer.
     *
     * @param credentials the query, without parameters that are no credentials; its length is limited by the gate
     * @param host address without its port
     */
    record Key(StreamName stream, String credentials, String host) {
        int sizeBytes() {
            return ENTRY_BYTES + 2 * (stream.value().length() + credentials.length() + host.length());
        }
    }

    private final AsyncCache<Key, HookVerdict> verdicts;

    HookVerdicts(Ticker ticker) {
        verdicts = Caffeine.newBuilder().maximumWeight(LIMIT_BYTES).ticker(ticker)
                .weigher((Key key, HookVerdict _) -> key.sizeBytes())
                .expireAfter(Expiry.accessing((Key _, HookVerdict verdict) -> lifetime(verdict))).buildAsync();
    }

    private static Duration lifetime(HookVerdict verdict) {
        if (!verdict.isAnswer()) {
            return Duration.ZERO;
        }
        return verdict.decision() instanceof AccessDecision.Allowed ? ALLOWED : REFUSED;
    }

    /** Returns the answer about a viewer, asking the hook if it is not known. */
    CompletableFuture<HookVerdict> get(Key key, Supplier<CompletableFuture<HookVerdict>> hook) {
        return verdicts.get(key, (_, _) -> hook.get());
    }
}
