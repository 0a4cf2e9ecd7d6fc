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
 * Asks the access policy once per session: for each multivariant playlist, which begins a session, and for a media
 * playlist of a session that this edge does not know. Segments are sent without asking, since caches share them among
 * all viewers.
 *
 * <p>Thread-safe; bounded. A session that is evicted is asked about again.
 */
final class HlsAccess {
    /** Longer than the longest target duration (12 s), in which a player requests its playlist at least once. */
    private static final Duration SESSION = Duration.ofSeconds(15);
    /** A client can choose its User-Agent and the stream's name. A session that is displaced is asked about again. */
    private static final int SESSIONS_BYTES = 16 << 20;
    /** Memory of a session without its texts. */
    static final int ENTRY_BYTES = 256;

    private final PlayAccess access;
    /** Decisions that are pending or allow; a refusal is replaced by the next question. */
    private final Cache<HlsSession, CompletableFuture<AccessDecision>> sessions;

    HlsAccess(PlayAccess access, Ticker ticker) {
        this.access = access;
        sessions = sessions(SESSIONS_BYTES).ticker(ticker).build();
    }

    static Caffeine<HlsSession, CompletableFuture<AccessDecision>> sessions(int limitBytes) {
        return Caffeine.newBuilder().expireAfterAccess(SESSION).maximumWeight(limitBytes)
                .weigher((session, _) -> sizeBytes(session));
    }

    private static int sizeBytes(HlsSession session) {
        return ENTRY_BYTES + 2 * (session.stream().length() + session.host().length() + session.player().length());
    }

    /** Asks for a session that begins; continues as {@link PlayAccess#ask} does. */
    void begin(Responder responder, String stream, Consumer<String> allowed) {
        CompletableFuture<AccessDecision> decision = decide(responder, stream);
        access.await(responder, decision, name -> {
            // The playlist leads to URLs of this name.
            sessions.put(HlsSession.of(responder.request(), name), decision);
            allowed.accept(name);
        });
    }

    /** Asks unless the session has been allowed to play already; continues as {@link PlayAccess#ask} does. */
    void resume(Responder responder, String stream, Consumer<String> allowed) {
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
        return access.decide(responder.request(), AccessRequest.Protocol.HLS, stream);
    }

    private static boolean allows(CompletableFuture<AccessDecision> done) {
        return done.state() == Future.State.SUCCESS && done.resultNow() instanceof AccessDecision.Allowed;
    }
}
