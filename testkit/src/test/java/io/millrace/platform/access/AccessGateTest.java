package io.millrace.platform.access;

import ch.qos.logback.classic.Level;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.StreamName;
import io.millrace.platform.UserError;
import io.millrace.platform.WatchedFiles;
import io.millrace.platform.net.LineQuota;
import io.millrace.testkit.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** The policy with its I/O: files that change, and a hook on loopback. */
class AccessGateTest {
    /** Longer than any hook of these tests takes, however slow the machine is. */
    private static final Duration PATIENT = Duration.ofMinutes(5);
    private static final StreamName SHOW = new StreamName("live/show");

    @TempDir
    Path directory;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final AtomicInteger mostAtOnce = new AtomicInteger();
    private HttpServer hook;
    private AccessGate gate;

    @AfterEach
    void close() {
        gate.close();
        mayAnswer.countDown();
        if (hook != null) {
            hook.stop(0);
        }
    }

    @Test
    void reloadsKeysWhenFileChanges() throws Exception {
        Path file = Files.writeString(directory.resolve("keys"), "first-secret-key: live/show\n");
        gate = open(new AccessSettings(file, null, null));
        assertThat(decide("live/first-secret-key", "")).isEqualTo(new AccessDecision.Allowed(SHOW));
        Files.writeString(file, "second-secret-key: live/show\n");
        gate.reloadIfChanged();
        assertRefused(decide("live/first-secret-key", ""), AccessReason.UNKNOWN_KEY);
        assertThat(decide("live/second-secret-key", "")).isEqualTo(new AccessDecision.Allowed(SHOW));
        Files.writeString(file, "what is this\n");
        assertThat(logOf(WatchedFiles.class, gate::reloadIfChanged)).singleElement().asString()
                .contains("cannot be used: line 1");
        assertThat(decide("live/second-secret-key", "")).as("a broken file changes nothing")
                .isEqualTo(new AccessDecision.Allowed(SHOW));
        assertThat(refused(AccessReason.UNKNOWN_KEY)).isEqualTo(1);
    }

    @Test
    void resolvesKeys() throws Exception {
        gate = open(new AccessSettings(Files.writeString(directory.resolve("keys"), "the-secret-key-of: live/show\n"),
                null, null));
        AccessRequest keyed = request("live/the-secret-key-of", "");
        assertThat(gate.decide(keyed).toCompletableFuture()).isCompletedWithValue(new AccessDecision.Allowed(SHOW));
        AccessRequest unknown = request("live/show", "");
        assertThat(gate.decide(unknown).toCompletableFuture())
                .isCompletedWithValue(new AccessDecision.Refused(AccessReason.UNKNOWN_KEY,
                        "the stream key is not known here"));
        assertThat(refused(AccessReason.UNKNOWN_KEY)).isEqualTo(1);
    }

    @Test
    void logsReloads() throws Exception {
        Path keys = Files.writeString(directory.resolve("keys"), "first-secret-key: live/show\n");
        Path secret = Files.writeString(directory.resolve("secret"), "first-signing-secret");
        gate = open(new AccessSettings(keys, secret, null));
        Files.writeString(keys, "second-secret-key: live/show\n");
        Files.writeString(secret, "second-signing-secret");
        assertThat(logOf(WatchedFiles.class, gate::reloadIfChanged)).containsExactly(
                "reloaded the stream keys in " + keys,
                "reloaded the signing secret in " + secret);
    }

    @Test
    void failsToStartWithUnusableFiles() throws Exception {
        Path keys = Files.writeString(directory.resolve("keys"), "k: live/show\n");
        Path secret = Files.writeString(directory.resolve("secret"), "short");
        assertThatThrownBy(() -> open(new AccessSettings(keys, secret, null))).isInstanceOf(UserError.class)
                .hasMessageContaining("the signing secret in " + secret + " cannot be used: a secret is a line of 16");
        gate = open(AccessSettings.OPEN);
    }

    @Test
    void sendsOnlyPublicNameToHook() throws Exception {
        Path keys = Files.writeString(directory.resolve("keys"), "the-secret-key: live/show\n");
        gate = open(new AccessSettings(keys, null, hook(HookForm.SRS, 200, "0", false)));
        assertThat(decide("live/the-secret-key", "a=b")).isEqualTo(new AccessDecision.Allowed(SHOW));
        assertThat(decide("live/show", "key=the-secret-key")).isEqualTo(new AccessDecision.Allowed(SHOW));
        assertRefused(decide("live/show", "key=wrong"), AccessReason.UNKNOWN_KEY);
        assertThat(requests).hasSize(2)
                .allSatisfy(request -> assertThat(request).doesNotContain("the-secret-key"));
        assertThat(requests.remove()).startsWith("application/json POST ").contains("\"stream\":\"show\"",
                "\"param\":\"?a=b\"");
    }

    @ParameterizedTest
    @CsvSource({"NGINX, 200, ''", "SRS, 200, 0"})
    void hookAllows(HookForm form, int status, String body) throws Exception {
        gate = open(new AccessSettings(null, null, hook(form, status, body, false)));
        assertThat(decide("live/show", "")).isEqualTo(new AccessDecision.Allowed(SHOW));
        assertThat(registry.get("millrace.ingest.hook").timer().count()).isEqualTo(1);
    }

    @Test
    void sendsBasicAuthenticationAndLogsNoPassword() throws Exception {
        HttpServer server = server(exchange -> {
            requests.add(exchange.getRequestHeaders().getFirst("Authorization") + " " + exchange.getRequestURI());
            exchange.sendResponseHeaders(502, -1);
            exchange.close();
        });
        URI url = URI.create("http://me:s3cret@127.0.0.1:" + server.getAddress().getPort() + "/hook?token=t0ken");
        AccessSettings.Hook settings = settings(url, HookForm.NGINX, false);
        gate = open(new AccessSettings(null, null, settings));
        assertThat(logOf(AccessHook.class, () -> assertRefused(decide("live/show", ""), AccessReason.HOOK_FAILED)))
                .singleElement().asString().doesNotContain("s3cret").doesNotContain("t0ken");
        assertThat(requests.remove()).isEqualTo("Basic bWU6czNjcmV0 /hook?token=t0ken");
        assertThat(settings.toString()).doesNotContain("s3cret").doesNotContain("t0ken");
    }

    @ParameterizedTest
    @CsvSource({"NGINX, 403, ''", "SRS, 200, 1"})
    void hookRefuses(HookForm form, int status, String body) throws Exception {
        gate = open(new AccessSettings(null, null, hook(form, status, body, true)));
        assertRefused(decide("live/show", ""), AccessReason.HOOK_REFUSED);
        assertThat(refused(AccessReason.HOOK_REFUSED)).isEqualTo(1);
        assertThat(registry.get("millrace.ingest.hook.failures").counter().count()).isZero();
    }

    @Test
    void fallbackAppliesWhenHookIsDown() throws Exception {
        try (Socket bound = new Socket()) {
            // The port is bound, so that no other process gets it, but nothing listens on it.
            bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            URI unreachable = URI.create("http://127.0.0.1:" + bound.getLocalPort() + "/");
            gate = open(new AccessSettings(null, null, settings(unreachable, HookForm.NGINX, false)));
            hookFails("refused: no connection to 127.0.0.1",
                    () -> assertRefused(decide("live/show", ""), AccessReason.HOOK_FAILED));
            gate.close();
            gate = open(new AccessSettings(null, null, settings(unreachable, HookForm.NGINX, true)));
            hookFails("allowed: no connection to 127.0.0.1",
                    () -> assertThat(decide("live/show", "")).isEqualTo(new AccessDecision.Allowed(SHOW)));
        }
        assertThat(registry.get("millrace.ingest.hook.failures").counter().count()).isPositive();
    }

    /** The requested name may be a secret that the hook would have converted to the public name. */
    @Test
    void logsNoKeyOfHook() throws Exception {
        gate = open(new AccessSettings(null, null, hook(HookForm.NGINX, 502, "", false)));
        assertThat(logOf(AccessHook.class,
                () -> assertRefused(decide("live/the-secret-key", "token=another-secret"), AccessReason.HOOK_FAILED)))
                .containsExactly(
                        "127.0.0.1:5: the hook has no answer to request 1, so the publish is refused: status 502");
    }

    @Test
    void fallbackAppliesToServerError() throws Exception {
        gate = open(new AccessSettings(null, null, hook(HookForm.NGINX, 502, "", true)));
        hookFails("allowed: status 502",
                () -> assertThat(decide("live/show", "")).isEqualTo(new AccessDecision.Allowed(SHOW)));
    }

    @Test
    void acceptsAnswerAtLimit() throws Exception {
        gate = open(new AccessSettings(null, null, hook(HookForm.SRS, 200, "0" + " ".repeat(32 * 1024 - 1), false)));
        assertThat(decide("live/show", "")).isEqualTo(new AccessDecision.Allowed(SHOW));
    }

    @Test
    void fallbackAppliesToAnswerOverLimit() throws Exception {
        gate = open(new AccessSettings(null, null, hook(HookForm.SRS, 200, "0" + " ".repeat(32 * 1024), false)));
        hookFails("body exceeds capacity: 32768",
                () -> assertRefused(decide("live/show", ""), AccessReason.HOOK_FAILED));
    }

    @Test
    void waitsForHookOnlyUntilTimeout() throws Exception {
        gate = open(new AccessSettings(null, null, silentHook(Duration.ofMillis(500))));
        int many = AccessHook.AT_ONCE + 1;
        assertThat(logOf(AccessHook.class, () -> {
            List<CompletableFuture<AccessDecision>> waiting = new ArrayList<>();
            for (int i = 0; i < many; i++) {
                waiting.add(gate.decide(request("live/show", "", "127.0.0." + (i + 1) + ":5")));
            }
            for (CompletableFuture<AccessDecision> each : waiting) {
                assertRefused(each.get(120, TimeUnit.SECONDS), AccessReason.HOOK_FAILED);
            }
        })).as("each request times out, with a place or waiting for one; log lines are limited per address")
                .hasSizeBetween(LineQuota.LINES_PER_PEER, many)
                .allSatisfy(line -> assertThat(line).endsWith(": none within 500 ms"));
        mayAnswer.countDown();
        // On a slow machine, a request may time out again; its place is then free for the next one.
        await().atMost(Duration.ofMinutes(2))
                .until(() -> decide("live/show", "").equals(new AccessDecision.Allowed(SHOW)));
    }

    @Test
    void slowAnswerTimesOut() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch hungUp = new CountDownLatch(1);
        HttpServer dripping = server(exchange -> {
            asked.countDown();
            exchange.sendResponseHeaders(200, 0);
            try {
                while (!mayAnswer.await(50, TimeUnit.MILLISECONDS)) {
                    exchange.getResponseBody().write(' ');
                    exchange.getResponseBody().flush();
                }
            } catch (IOException _) {
                hungUp.countDown();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        });
        gate = open(new AccessSettings(null, null, new AccessSettings.Hook(
                URI.create("http://127.0.0.1:" + dripping.getAddress().getPort() + "/"), HookForm.SRS,
                Duration.ofMillis(500), false)));
        // On a slow machine, a request may time out before it has reached the hook.
        do {
            hookFails("refused: none within 500 ms",
                    () -> assertRefused(decide("live/show", ""), AccessReason.HOOK_FAILED));
        } while (asked.getCount() > 0);
        assertThat(hungUp.await(120, TimeUnit.SECONDS)).as("the connection is closed").isTrue();
        await().atMost(Duration.ofMinutes(2)).until(() -> registry.get("millrace.ingest.hook").timer().count() > 0);
    }

    /** As when all encoders reconnect after a restart. */
    @Test
    void waitsForTurnWhenAllPlacesAreTaken() throws Exception {
        gate = open(new AccessSettings(null, null, silentHook(PATIENT)));
        List<CompletableFuture<AccessDecision>> waiting = new ArrayList<>();
        for (int i = 0; i < 3 * AccessHook.AT_ONCE; i++) {
            waiting.add(gate.decide(request("live/show", "", "127.0.0." + (1 + i % 3) + ":5")));
        }
        for (int i = 0; i < AccessHook.AT_ONCE; i++) {
            assertThat(requests.poll(120, TimeUnit.SECONDS)).isNotNull();
        }
        assertThat(waiting).allSatisfy(each -> assertThat(each).isNotDone());
        mayAnswer.countDown();
        for (CompletableFuture<AccessDecision> each : waiting) {
            assertThat(each.get(120, TimeUnit.SECONDS)).isEqualTo(new AccessDecision.Allowed(SHOW));
        }
        assertThat(mostAtOnce).hasValue(AccessHook.AT_ONCE);
    }

    /** One address has as many requests at the hook as it may have. */
    @Test
    void addressWithManyRequestsDelaysOnlyItself() throws Exception {
        gate = open(new AccessSettings(null, null, silentHook(PATIENT)));
        List<String> refusals = logOf(AccessHook.class, () -> {
            for (int i = 0; i < AccessHook.AT_ONCE + AccessHook.WAITING_OF_NETWORK; i++) {
                gate.decide(request("live/stranger", "", "127.0.0.9:5"));
            }
        });
        assertThat(refusals).isNotEmpty().allSatisfy(line -> assertThat(line).contains("127.0.0.9", "too many others"));
        CompletableFuture<AccessDecision> other = gate.decide(request("live/show", ""));
        await().atMost(Duration.ofMinutes(2))
                .until(() -> requests.stream().anyMatch(request -> request.contains("name=show")));
        mayAnswer.countDown();
        assertThat(other.get(120, TimeUnit.SECONDS)).isEqualTo(new AccessDecision.Allowed(SHOW));
    }

    /** Returns a hook that does not answer until {@link #mayAnswer} is open, and then allows everything. */
    private AccessSettings.Hook silentHook(Duration timeout) throws IOException {
        AtomicInteger atOnce = new AtomicInteger();
        HttpServer silent = server(exchange -> {
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            requests.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            awaitMayAnswer();
            atOnce.decrementAndGet();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        return new AccessSettings.Hook(URI.create("http://127.0.0.1:" + silent.getAddress().getPort() + "/"),
                HookForm.NGINX, timeout, false);
    }

    private void awaitMayAnswer() {
        try {
            mayAnswer.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private AccessSettings.Hook hook(HookForm form, int status, String body, boolean allowWithoutAnswer)
            throws IOException {
        HttpServer server = server(exchange -> {
            requests.add(exchange.getRequestHeaders().getFirst("Content-Type") + " " + exchange.getRequestMethod()
                    + " " + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        return settings(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook"), form,
                allowWithoutAnswer);
    }

    private static AccessSettings.Hook settings(URI url, HookForm form, boolean allowWithoutAnswer) {
        return new AccessSettings.Hook(url, form, PATIENT, allowWithoutAnswer);
    }

    /** What a hook does with one request. */
    private interface Answerer {
        void answer(HttpExchange exchange) throws IOException;
    }

    private HttpServer server(Answerer answerer) throws IOException {
        hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", answerer::answer);
        hook.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        hook.start();
        return hook;
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static void hookFails(String why, Attempt attempt) throws Exception {
        assertThat(logOf(AccessHook.class, attempt)).singleElement().asString().endsWith(why);
    }

    /** Returns what one class logs during the attempt. */
    private static List<String> logOf(Class<?> logger, Attempt attempt) throws Exception {
        try (LogCapture log = new LogCapture(logger)) {
            attempt.run();
            return log.texts(Level.INFO);
        }
    }

    private AccessGate open(AccessSettings settings) {
        return AccessGate.open(settings, AccessRequest.Action.PUBLISH, "node-1",
                new AccessMeters(registry, "ingest", "Publishers"), InstantSource.system());
    }

    private AccessDecision decide(String asked, String query) throws Exception {
        return gate.decide(request(asked, query)).get(120, TimeUnit.SECONDS);
    }

    private static AccessRequest request(String asked, String query) {
        return request(asked, query, "127.0.0.1:5");
    }

    /** @param address of the encoder, by which log lines are counted */
    private static AccessRequest request(String asked, String query, String address) {
        return new AccessRequest(AccessRequest.Action.PUBLISH, new StreamName(asked), query,
                new AccessRequest.Source(AccessRequest.Protocol.RTMP, address, "FMLE/3.0",
                        "rtmp://host/live?" + query));
    }

    private static void assertRefused(AccessDecision decision, AccessReason reason) {
        assertThat(decision).isInstanceOfSatisfying(AccessDecision.Refused.class,
                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    private double refused(AccessReason reason) {
        return registry.get("millrace.ingest.refused").tag("reason", reason.label()).counter().count();
    }
}
