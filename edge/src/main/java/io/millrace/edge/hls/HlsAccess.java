package io.millrace.edge.hls;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.exchange.Responder;
import io.millrace.platform.access.AccessAnswer;
import io.millrace.platform.access.AccessRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Asks the access policy once per session: for each multivariant playlist, which begins a session, and for a media playlist
 * of a session that this edge does not know. Segments are not asked about, since caches share them among all viewers.
 *
 * <p>Thread-safe; bounded. A session that is evicted is asked about again.
 */
final class HlsAccess {
    /** Longer than the longest target duration (12 s), in which a player requests its playlist at least once. */
    private static final Duration SESSION = Duration.ofSeconds(15);
    private static final int SESSION_LIMIT = 100_000;

    private final PlayAccess access;
    /** Decisions that are pending or allow; a refusal is replaced by the next question. */
    private final Cache<HlsSession, CompletableFuture<AccessAnswer>> sessions;

    HlsAccess(PlayAccess access, Ticker ticker) {
        this.access = access;
        sessions = Caffeine.newBuilder().expireAfterAccess(SESSION).maximumSize(SESSION_LIMIT).ticker(ticker).build();
    }

    /** Asks for a session that begins; continues as {@link PlayAccess#ask} does. */
    void begin(Responder responder, String stream, Consumer<String> allowed) {
        CompletableFuture<AccessAnswer> decision = decide(responder, stream);
        access.await(responder, decision, name -> {
            // The playlist leads to URLs of this name.
            sessions.put(HlsSession.of(responder.request(), name), decision);
            allowed.accept(name);
        });
    }

    /** Asks unless the session has been allowed to play already; continues as {@link PlayAccess#ask} does. */
    void resume(Responder responder, String stream, Consumer<String> allowed) {
        var session = HlsSession.of(responder.request(), stream);
        CompletableFuture<AccessAnswer> decision = sessions.getIfPresent(session);
        if (decision != null && decision.isDone() && !allows(decision)) {
            sessions.asMap().remove(session, decision);
            decision = null;
        }
        if (decision == null) {
            decision = sessions.get(session, _ -> decide(responder, stream));
        }
        access.await(responder, decision, allowed);
    }

    private CompletableFuture<AccessAnswer> decide(Responder responder, String stream) {
        return access.decide(responder.request(), AccessRequest.Protocol.HLS, stream);
    }

    private static boolean allows(CompletableFuture<AccessAnswer> done) {
        return done.state() == Future.State.SUCCESS && done.resultNow() instanceof AccessAnswer.Allowed;
    }
}
