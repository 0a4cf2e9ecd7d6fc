package io.millrace.platform.access;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key set at a URL. It is loaded at start, again when it is used and older than {@link #FRESH}, and when a token
 * names an unknown key, but at most once per {@link #PAUSE}. If it cannot be loaded again, the previous set stays in use
 * until it is {@link #USABLE} old. Thread-safe.
 */
final class JwtKeyUrl implements JwtKeys {
    static final Duration FRESH = Duration.ofMinutes(5);
    static final Duration USABLE = Duration.ofHours(24);
    static final Duration PAUSE = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    static final int LIMIT_BYTES = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(JwtKeyUrl.class);
    private static final JwtResult UNAVAILABLE = new JwtResult.Invalid(AccessReason.KEYS_UNAVAILABLE,
            "permission cannot be checked at the moment, try again");

    private final SecretUrl url;
    private final JwtClaimRules claims;
    private final Executor threads;
    private final LongSupplier nanos;
    private final HttpClient client;
    /** Null until the set was loaded once. */
    private volatile Loaded loaded;
    /** The attempt that is running, or the last one. Guarded by this. */
    private CompletableFuture<Boolean> attempt;
    private long attemptedNanos;
    /** The last failure that was logged; empty after a success. */
    private volatile String complaint = "";

    /** @param json the text of the set */
    private record Loaded(String json, JwtVerifier verifier, long atNanos) {}

    /**
     * Begins to load the set.
     *
     * @param threads verify tokens and read responses
     * @param nanos a monotonic clock
     */
    JwtKeyUrl(SecretUrl url, JwtClaimRules claims, Executor threads, LongSupplier nanos) {
        this.url = url;
        this.claims = claims;
        this.threads = threads;
        this.nanos = nanos;
        client = HttpClient.newBuilder().connectTimeout(TIMEOUT).followRedirects(HttpClient.Redirect.NEVER)
                .executor(threads).build();
        reload();
    }

    @Override
    public CompletableFuture<JwtResult> verify(String token) {
        Loaded now = loaded;
        if (now == null || isOlder(now, USABLE)) {
            return reload().thenCompose(_ -> {
                Loaded then = loaded;
                return then == null || isOlder(then, USABLE)
                        ? CompletableFuture.completedFuture(UNAVAILABLE)
                        : verify(then.verifier(), token);
            });
        }
        if (isOlder(now, FRESH)) {
            reload();
        }
        return verify(now.verifier(), token).thenCompose(result -> isOfUnknownSigner(result)
                ? reload().thenCompose(changed -> changed
                        ? verify(loaded.verifier(), token)
                        : CompletableFuture.completedFuture(result))
                : CompletableFuture.completedFuture(result));
    }

    private static boolean isOfUnknownSigner(JwtResult result) {
        return result instanceof JwtResult.Invalid(AccessReason reason, _) && reason == AccessReason.UNKNOWN_SIGNER;
    }

    private CompletableFuture<JwtResult> verify(JwtVerifier verifier, String token) {
        return verifier.known(token).map(CompletableFuture::completedFuture)
                .orElseGet(() -> CompletableFuture.supplyAsync(() -> verifier.verify(token), threads));
    }

    private boolean isOlder(Loaded set, Duration age) {
        return nanos.getAsLong() - set.atNanos() > age.toNanos();
    }

    /**
     * Loads the set unless the last attempt was less than {@link #PAUSE} ago. Completes with whether the keys have
     * changed, and never exceptionally; callers share an attempt that is running.
     */
    private synchronized CompletableFuture<Boolean> reload() {
        long nowNanos = nanos.getAsLong();
        if (attempt != null && !attempt.isDone()) {
            return attempt;
        }
        if (attempt != null && nowNanos - attemptedNanos < PAUSE.toNanos()) {
            return CompletableFuture.completedFuture(false);
        }
        attemptedNanos = nowNanos;
        attempt = load();
        return attempt;
    }

    private CompletableFuture<Boolean> load() {
        HttpRequest.Builder get = HttpRequest.newBuilder(url.target()).timeout(TIMEOUT)
                .header("Accept", "application/json");
        url.authorization().ifPresent(value -> get.header("Authorization", value));
        CompletableFuture<HttpResponse<String>> sent = client.sendAsync(get.build(),
                BodyHandlers.limiting(BodyHandlers.ofString(), LIMIT_BYTES));
        // The client's own timeout ends with the headers, but the body may be endless.
        return sent.copy().orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).thenApplyAsync(this::loaded, threads)
                .exceptionally(failure -> {
                    sent.cancel(true);
                    return failed(failure);
                });
    }

    private boolean loaded(HttpResponse<String> response) {
        if (response.statusCode() != 200) {
            throw new IllegalArgumentException("status " + response.statusCode());
        }
        Loaded before = loaded;
        boolean isSame = before != null && before.json().equals(response.body());
        JwtVerifier verifier = isSame ? before.verifier() : JwtVerifier.parse(response.body(), claims);
        loaded = new Loaded(response.body(), verifier, nanos.getAsLong());
        complaint = "";
        if (!isSame) {
            LOG.info("loaded {} keys from {}", verifier.keys(), url);
        }
        return !isSame;
    }

    private boolean failed(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        // The messages of other exceptions may contain the URL.
        String why = cause instanceof IllegalArgumentException ? cause.getMessage() : cause.getClass().getSimpleName();
        if (!why.equals(complaint)) {
            complaint = why;
            LOG.warn("the key set at {} cannot be loaded: {}; {}", url, why, loaded == null
                    ? "tokens are refused until it can"
                    : "the previous keys remain in use for up to " + USABLE.toHours() + " h");
        }
        return false;
    }

    @Override
    public void reloadIfChanged() {
        reload();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
