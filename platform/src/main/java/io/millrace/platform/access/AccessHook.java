package io.millrace.platform.access;

import io.millrace.platform.access.AccessRequest.Action;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.PeerNetwork;
import io.millrace.platform.net.Turns;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Calls the hook over HTTP, with at most {@link #AT_ONCE} requests at a time. Further requests wait, because after a
 * restart all peers connect at the same moment. Thread-safe and non-blocking.
 */
final class AccessHook implements AutoCloseable {
    /** Limit of concurrent requests. */
    static final int AT_ONCE = 64;
    /**
     * Limit of waiting requests: four times the number of RTMP connections that may exist without a publish. Each takes
     * up to some tens of KB, because {@link AccessGate} limits its query.
     */
    static final int WAITING = 4_000;
    /** Limit of waiting requests from one network: four times the number of connections that it may have. */
    static final int WAITING_OF_NETWORK = WAITING / 4;
    static final Turns.Limits LIMITS = new Turns.Limits(AT_ONCE, AT_ONCE / 4 * 3, WAITING, WAITING_OF_NETWORK, 0);
    /** Limit of the response body, which is a word or a small object. */
    private static final int ANSWER_BYTES = 32 * 1024;

    private final AccessSettings.Hook settings;
    private final AccessMeters meters;
    private final Action action;
    private final PeerLog log = new PeerLog(LoggerFactory.getLogger(AccessHook.class));
    private final Turns turns = new Turns(LIMITS);
    private final Executor threads;
    private final HttpClient client;

    AccessHook(AccessSettings.Hook settings, AccessMeters meters, Action action) {
        this.settings = settings;
        this.meters = meters;
        this.action = action;
        threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name(action.label() + "-hook-", 0).factory());
        this.client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(settings.timeout())
                .followRedirects(HttpClient.Redirect.NEVER).executor(threads).build();
    }

    /**
     * Asks the hook. The result completes within the timeout, even if the request has to wait, and never exceptionally:
     * if the hook fails, the settings decide.
     */
    CompletableFuture<HookVerdict> ask(HookRequest request) {
        Turns.Turn turn = turns.next(PeerNetwork.ofEndpoint(request.address()));
        return turn.begin().thenComposeAsync(_ -> send(request), threads)
                .orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS).handle((response, failure) -> {
                    turns.done(turn);
                    return failure == null ? answer(request, response) : without(request, reason(failure));
                });
    }

    private CompletableFuture<HttpResponse<String>> send(HookRequest request) {
        long began = System.nanoTime();
        CompletableFuture<HttpResponse<String>> sent = client.sendAsync(post(request),
                BodyHandlers.limiting(BodyHandlers.ofString(), ANSWER_BYTES));
        // The client's own timeout ends with the headers, but the body may be endless.
        sent.copy().orTimeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(_ -> {
                    sent.cancel(true);
                    return null;
                });
        return sent.whenComplete((_, _) -> meters.hookAnswered(System.nanoTime() - began));
    }

    private HttpRequest post(HookRequest request) {
        HttpRequest.Builder post = HttpRequest.newBuilder(settings.url().target()).timeout(settings.timeout())
                .header("Content-Type", settings.form().contentType())
                .POST(HttpRequest.BodyPublishers.ofString(settings.form().body(request)));
        settings.url().authorization().ifPresent(value -> post.header("Authorization", value));
        return post.build();
    }

    private HookVerdict answer(HookRequest request, HttpResponse<String> response) {
        int status = response.statusCode();
        if (status >= 500) {
            return without(request, "status " + status);
        }
        return new HookVerdict(settings.form().answer(request, status, response.headers().firstValue("Location"),
                response.body()), true);
    }

    /**
     * Decides without an answer. The log line does not name the requested stream, which is a secret key if the hook
     * translates keys into names.
     */
    private HookVerdict without(HookRequest request, String why) {
        log.log(Level.WARN, PeerNetwork.ofEndpoint(request.address()),
                "{}: the hook has no answer to request {}, so the {} is {}: {}", request.address(),
                request.number(), action.label(), settings.allowWithoutAnswer() ? "allowed" : "refused", why);
        meters.hookFailed();
        return new HookVerdict(settings.allowWithoutAnswer()
                ? new AccessDecision.Allowed(request.stream())
                : new AccessDecision.Refused(AccessReason.HOOK_FAILED,
                        "permission cannot be checked at the moment, try again"),
                false);
    }

    private String reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        return switch (cause) {
            case TimeoutException _,HttpTimeoutException _,CancellationException _ ->
                "none within " + settings.timeout().toMillis() + " ms";
            case Turns.FullException full -> full.getMessage();
            case ConnectException _ -> "no connection to " + settings.url().url().getHost();
            default -> String.valueOf(cause);
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
