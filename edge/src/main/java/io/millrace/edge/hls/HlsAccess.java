package io.millrace.edge.hls;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.exchange.Responder;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Asks the access policy once per session of HLS or DASH: when a multivariant playlist or the MPD of a stream is
 * requested, which begins a session, and when the MPD of an epoch or a media playlist is requested for a session that this edge does not know. Segments are sent without asking, since
 * caches share them among all viewers.
 *
 * <p>An allowed session stays allowed while it requests media playlists, whatever the policy would answer now, and a
 * later refusal of the same session at a multivariant playlist does not end it.
 *
 * <p>Thread-safe; bounded. For a session that was evicted, the policy is asked again.
 */
public final class HlsAccess {
    /**
     * A session ends this long after its last request of a media playlist. Longer than the longest target duration (12
     * s), in which a player requests its playlist at least once.
     */
    private static final Duration SESSION = Duration.ofSeconds(15);
    /** Limit of the memory for sessions, which is needed because a client can choose its User-Agent and stream name. */
    private static final int SESSIONS_BYTES = 16 << 20;
    /** Memory of a session in addition to its strings. */
    static final int ENTRY_BYTES = 256;

    private final PlayAccess access;
    private final AccessRequest.Protocol protocol;
    /** The decisions about sessions. One that is not Allowed is replaced at the next request. */
    private final Cache<HlsSession, CompletableFuture<AccessDecision>> sessions;

    public HlsAccess(PlayAccess access, AccessRequest.Protocol protocol, Ticker ticker) {
        this.access = access;
        this.protocol = protocol;
        sessions = sessions(SESSIONS_BYTES).ticker(ticker).build();
    }

    static Caffeine<HlsSession, CompletableFuture<AccessDecision>> sessions(int limitBytes) {
        return Caffeine.newBuilder().expireAfterAccess(SESSION).maximumWeight(limitBytes)
                .weigher((session, _) -> sizeBytes(session));
    }

    private static int sizeBytes(HlsSession session) {
        return ENTRY_BYTES + 2 * (session.stream().length() + session.host().length() + session.player().length());
    }

    /** Asks the policy, and begins a session if it allows that; continues as {@link PlayAccess#ask} does. */
    public void begin(Responder responder, String stream, Consumer<String> allowed) {
        CompletableFuture<AccessDecision> decision = decide(responder, stream);
        access.await(responder, decision, name -> {
            // The playlist leads to URLs of this name.
            sessions.put(HlsSession.of(responder.request(), name), decision);
            allowed.accept(name);
        });
    }

    /** Asks the policy unless it has allowed the session already; continues as {@link PlayAccess#ask} does. */
    public void resume(Responder responder, String stream, Consumer<String> allowed) {
        var session = HlsSession.of(responder.request(), stream);
        CompletableFuture<AccessDecision> decision = sessions.getIfPresent(session);
        if (decision != null && decision.isDone() && !allows(decision)) {
            sessions.asMap().remove(session, decision);
            decision = null;
        }
        if (decision == null) {
            decision = sessions.get(session, _ -> decide(responder, stream));
        }
        access.await(responder, decision, allowed);
    }

    private CompletableFuture<AccessDecision> decide(Responder responder, String stream) {
        return access.decide(responder.request(), protocol, stream);
    }

    private static boolean allows(CompletableFuture<AccessDecision> done) {
        return done.state() == Future.State.SUCCESS && done.resultNow() instanceof AccessDecision.Allowed;
    }
}
