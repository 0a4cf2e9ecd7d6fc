package io.millrace.edge.exchange;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Asks the access policy whether a client may play a stream. Nothing about the stream is sent before the decision, not
 * even whether it exists. Thread-safe; called on event loops.
 */
public final class PlayAccess {
    private final AccessPolicy policy;

    public PlayAccess(AccessPolicy policy) {
        this.policy = policy;
    }

    /**
     * Asks the policy, and answers the request if the client may not play the stream. Does not block.
     *
     * @param allowed continues if the client may play the stream, on the event loop, possibly before this method
     *     returns; receives the name of the stream, which differs from {@code stream} if the client named the stream
     *     by a stream key
     */
    public void ask(Responder responder, AccessRequest.Protocol protocol, String stream, Consumer<String> allowed) {
        await(responder, decide(responder.request(), protocol, stream), allowed);
    }

    /**
     * Asks the policy without answering the request. Several requests of a client may {@link #await} the same decision.
     */
    public CompletableFuture<AccessDecision> decide(Request request, AccessRequest.Protocol protocol, String stream) {
        String uri = request.uri();
        int mark = uri.indexOf('?');
        var source = new AccessRequest.Source(protocol, request.remoteAddress(),
                request.headers().get(HttpHeaderNames.USER_AGENT, ""), uri);
        return policy.decide(new AccessRequest(AccessRequest.Action.PLAY, new StreamName(stream),
                mark < 0 ? "" : uri.substring(mark + 1), source)).toCompletableFuture();
    }

    /**
     * Answers the request or runs {@code allowed} when {@code decision} completes, as {@link #ask} does; before this
     * method returns if the decision is known already.
     */
    public void await(Responder responder, CompletableFuture<AccessDecision> decision, Consumer<String> allowed) {
        if (decision.state() == Future.State.SUCCESS) {
            decided(responder, decision.resultNow(), allowed);
            return;
        }
        var pending = new PendingAccess(responder, made -> decided(responder, made, allowed));
        decision.whenComplete((made, failure) -> responder.execute(() -> pending.decided(made, failure)));
        responder.hold(pending, Responder.HOLD_MS);
    }

    private static void decided(Responder responder, AccessDecision decision, Consumer<String> allowed) {
        switch (decision) {
            case AccessDecision.Allowed(StreamName stream) -> allowed.accept(stream.value());
            case AccessDecision.Refused(String description) ->
                responder.error(HttpResponseStatus.FORBIDDEN, "access_denied", description);
        }
    }
}
