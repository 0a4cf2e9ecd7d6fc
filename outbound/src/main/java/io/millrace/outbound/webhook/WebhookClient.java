package io.millrace.outbound.webhook;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/** Sends the requests of one webhook. Redirects are not followed, and bodies of responses are discarded. Thread-safe. */
final class WebhookClient implements AutoCloseable {
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final WebhookTarget target;
    private final Duration timeout;
    private final InstantSource clock;
    private final HttpClient client;

    /** @param timeout from the start of a request to the end of its response */
    WebhookClient(WebhookTarget target, Duration timeout, InstantSource clock) {
        this.target = target;
        this.timeout = timeout;
        this.clock = clock;
        client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout)
                .followRedirects(HttpClient.Redirect.NEVER).build();
    }

    /** Sends one event. Blocks until there is a result, for no longer than the timeout. */
    Attempt send(Delivery delivery) throws InterruptedException {
        // The client's own timeout ends with the headers, but the body may be endless.
        CompletableFuture<HttpResponse<Void>> sent = client.sendAsync(request(delivery), BodyHandlers.discarding());
        try {
            HttpResponse<Void> response = sent.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return DeliveryRules.of(response.statusCode(), response.headers().firstValue("Retry-After"),
                    clock.instant());
        } catch (TimeoutException _) {
            return failed(timeoutReason());
        } catch (ExecutionException e) {
            return failed(reason(e.getCause()));
        } finally {
            sent.cancel(true);
        }
    }

    private HttpRequest request(Delivery delivery) {
        String body = delivery.body();
        HttpRequest.Builder request = HttpRequest.newBuilder(target.url().url()).timeout(timeout)
                .header("Content-Type", "application/json").header("User-Agent", "Millrace")
                .header("Millrace-Event-Id", delivery.event().id())
                .POST(HttpRequest.BodyPublishers.ofString(body));
        target.secret().ifPresent(secret -> request.header("Millrace-Signature",
                secret.sign(clock.instant().getEpochSecond(), body)));
        return request.build();
    }

    private static Attempt failed(String reason) {
        return new Attempt.Failed(0, reason, Duration.ZERO);
    }

    private String timeoutReason() {
        return "no response within " + timeout.toMillis() + " ms";
    }

    /** Returns the reason in our own words, because messages of exceptions may contain the URL. */
    private String reason(Throwable cause) {
        return switch (cause) {
            case HttpTimeoutException _ -> timeoutReason();
            case ConnectException refused when refused.getCause() instanceof UnknownHostException ->
                "the host is unknown";
            case ConnectException _ -> "the host cannot be reached or refuses connections";
            case SSLException _ -> "the TLS handshake failed";
            case null, default -> "the connection was closed without a response";
        };
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
