package io.millrace.edge.exchange;

import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessReason;
import io.millrace.platform.access.AccessRequest;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Asks the access policy whether a client may play a stream, for every request. Nothing about the stream is sent before
 * the decision, not even whether it exists. Thread-safe; called on event loops.
 *
 * <p>A playlist or MPD whose URL has credentials in its query is redirected to the same path below a prefix that has
 * them ({@link Credentials}). The URLs in it are relative, so that all requests that follow have the prefix too, while
 * the responses are the same for all viewers.
 */
public final class PlayAccess {
    private static final int RETRY_AFTER_S = 2;
    private static final char DELETE = 0x7f;

    private final AccessPolicy policy;
    private final BiConsumer<Request, String> granted;

    public PlayAccess(AccessPolicy policy) {
        this(policy, (_, _) -> {});
    }

    /** @param granted called with each request that {@link #ask} has allowed, and the stream, before it continues */
    public PlayAccess(AccessPolicy policy, BiConsumer<Request, String> granted) {
        this.policy = policy;
        this.granted = granted;
    }

    /** Returns whether nobody needs credentials. */
    public boolean isOpen() {
        return policy.isOpen();
    }

    /**
     * Asks the policy, and answers the request if the client may not play the stream. Does not block.
     *
     * @param allowed continues if the client may play the stream, on the event loop, possibly before this method
     *     returns; receives the name of the stream, which differs from {@code stream} if the client named the stream
     *     by a stream key
     */
    public void ask(Responder responder, AccessRequest.Protocol protocol, String stream, Consumer<String> allowed) {
        if (policy.allowsAll()) {
            granted.accept(responder.request(), stream);
            allowed.accept(stream);
        } else {
            permit(responder, protocol, stream, decision -> allowed.accept(decision.stream().value()));
        }
    }

    /**
     * Asks the policy as {@link #ask} does, for an output that must end when the permission expires.
     *
     * @param allowed receives the name of the stream, and when the permission expires
     */
    public void permit(Responder responder, AccessRequest.Protocol protocol, String stream,
            Consumer<AccessDecision.Allowed> allowed) {
        Consumer<AccessDecision.Allowed> then = decision -> {
            granted.accept(responder.request(), decision.stream().value());
            allowed.accept(decision);
        };
        if (policy.allowsAll()) {
            then.accept(new AccessDecision.Allowed(new StreamName(stream)));
        } else {
            decide(responder, protocol, stream, then);
        }
    }

    /**
     * Asks the policy as {@link #ask} does, for a resource that leads to others: redirects the client to a URL whose
     * path has the credentials, unless it has them already.
     */
    public void askForPlaylist(Responder responder, AccessRequest.Protocol protocol, String stream,
            Consumer<String> allowed) {
        ask(responder, protocol, stream, name -> {
            if (policy.isOpen()) {
                allowed.accept(name);
                return;
            }
            Credentials credentials = credentials(responder.request());
            boolean isRenamed = !name.equals(stream);
            if (credentials.isPrefix() || credentials.query().isEmpty() && !isRenamed) {
                allowed.accept(name);
            } else {
                String key = stream.substring(stream.lastIndexOf('/') + 1);
                redirect(responder, isRenamed ? credentials.with("key=" + key) : credentials,
                        stream, name);
            }
        });
    }

    /** Returns the credentials of a request. */
    public Credentials credentials(Request request) {
        return Credentials.of(RequestTarget.parse(request.uri()), policy::reads);
    }

    /** Asks the policy without answering the request unless it is refused. */
    public void decide(Responder responder, AccessRequest.Protocol protocol, String stream,
            Consumer<AccessDecision.Allowed> allowed) {
        decide(responder, RequestTarget.parse(responder.request().uri()), protocol, stream, allowed);
    }

    /**
     * Asks the policy about another URL than that of the request.
     *
     * @param target the URL that a client of the proxy that sends the request has requested
     */
    public void decide(Responder responder, RequestTarget target, AccessRequest.Protocol protocol, String stream,
            Consumer<AccessDecision.Allowed> allowed) {
        Request request = responder.request();
        Credentials credentials = Credentials.of(target, policy::reads);
        request.show("[hidden]"); // the name may be a key
        var source = new AccessRequest.Source(protocol, request.remoteAddress(),
                request.headers().get(HttpHeaderNames.USER_AGENT, ""), target.path());
        await(responder, policy.decide(new AccessRequest(AccessRequest.Action.PLAY, new StreamName(stream),
                credentials.query(), source)).toCompletableFuture(), decision -> {
                    request.identify(decision.session());
                    request.show(decision.stream().value().equals(stream) ? target.path() : decision.stream().value());
                    allowed.accept(decision);
                });
    }

    private static void await(Responder responder, CompletableFuture<AccessDecision> decision,
            Consumer<AccessDecision.Allowed> allowed) {
        if (decision.state() == Future.State.SUCCESS) {
            decided(responder, decision.resultNow(), allowed);
            return;
        }
        var pending = new PendingAccess(responder, made -> decided(responder, made, allowed));
        decision.whenComplete((made, failure) -> responder.execute(() -> pending.decided(made, failure)));
        responder.hold(pending, Responder.HOLD_MS);
    }

    private static void decided(Responder responder, AccessDecision decision,
            Consumer<AccessDecision.Allowed> allowed) {
        switch (decision) {
            case AccessDecision.Allowed made -> allowed.accept(made);
            case AccessDecision.Refused(AccessReason reason, String description) ->
                refuse(responder, reason, description);
        }
    }

    private static void refuse(Responder responder, AccessReason reason, String description) {
        switch (reason.kind()) {
            case UNAUTHENTICATED -> responder.error(HttpResponseStatus.UNAUTHORIZED, ApiError.of(switch (reason) {
                case NO_CREDENTIALS -> "credentials_required";
                case EXPIRED -> "credentials_expired";
                default -> "credentials_invalid";
            }, description), headers -> headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer"));
            case FORBIDDEN -> responder.error(HttpResponseStatus.FORBIDDEN,
                    reason == AccessReason.KICKED ? "kicked" : "access_denied", description);
            case UNDECIDED -> undecided(responder, description);
        }
    }

    /** Answers a request about which the policy could not decide. */
    static void undecided(Responder responder, String description) {
        responder.error(HttpResponseStatus.SERVICE_UNAVAILABLE, ApiError.of("access_undecided", description),
                headers -> headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_S));
    }

    /** Redirects with a relative URL, which also works behind a proxy that serves this edge below a path of its own. */
    private static void redirect(Responder responder, Credentials credentials, String asked, String name) {
        RequestTarget target = RequestTarget.parse(responder.request().uri());
        String path = target.path();
        // The asked name is a valid name, which is never percent-encoded by honest clients.
        String rest = path.startsWith("/" + asked) ? "/" + name + path.substring(asked.length() + 1) : path;
        long depth = path.chars().filter(c -> c == '/').count() - 1;
        String query = credentials.others().isEmpty() ? "" : "?" + credentials.others();
        if (!(rest + query).chars().allMatch(c -> c > ' ' && c < DELETE)) {
            responder.error(HttpResponseStatus.BAD_REQUEST, "bad_request", "the URL has characters that need encoding");
            return;
        }
        responder.send(HttpResponseStatus.FOUND, Unpooled.EMPTY_BUFFER, headers -> {
            headers.set(HttpHeaderNames.LOCATION,
                    "../".repeat((int) depth) + credentials.prefix().substring(1) + rest + query);
            headers.set(HttpHeaderNames.CACHE_CONTROL, Responder.NO_STORE);
        });
    }
}
