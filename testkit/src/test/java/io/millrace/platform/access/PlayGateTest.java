package io.millrace.platform.access;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.StreamName;
import io.millrace.platform.UserError;
import io.millrace.platform.access.AccessRequest.Action;
import io.millrace.platform.access.AccessRequest.Protocol;
import io.millrace.platform.net.Networks;
import io.millrace.testkit.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The policy of viewers with its I/O: key sets in files and behind URLs, and a hook on loopback. */
class PlayGateTest {
    private static final StreamName SHOW = new StreamName("live/show");
    private static final Duration PATIENT = Duration.ofMinutes(5);

    @TempDir
    Path directory;
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private volatile int status = 200;
    private volatile String body = "";
    private volatile String location = "";
    private HttpServer server;
    private AccessGate gate;
    private JwtKeys keys;

    @AfterEach
    void close() {
        if (gate != null) {
            gate.close();
        }
        if (keys != null) {
            keys.close();
        }
        if (server != null) {
            server.stop(0);
        }
    }

    @Test
    void keySetInFileIsReadAgain() throws Exception {
        PublicJsonWebKey first = key("first");
        PublicJsonWebKey second = key("second");
        Path file = Files.writeString(directory.resolve("jwks.json"), set(first));
        gate = open(new AccessSettings(null, null, new AccessSettings.Jwks(file, null), AddressRules.NONE, null));
        assertThat(decide("token=" + token(first))).isInstanceOf(AccessDecision.Allowed.class);
        assertRefused(decide("token=" + token(second)), AccessReason.UNKNOWN_SIGNER);
        assertRefused(decide("token=" + token(first) + "x"), AccessReason.BAD_SIGNATURE);
        assertRefused(decide(""), AccessReason.NO_CREDENTIALS);
        assertRefused(decide("token=a.b"), AccessReason.MALFORMED);
        Files.writeString(file, set(second));
        gate.reloadIfChanged();
        assertThat(decide("token=" + token(second))).isInstanceOf(AccessDecision.Allowed.class);
        assertRefused(decide("token=" + token(first)), AccessReason.UNKNOWN_SIGNER);
        assertThat(registry.get("millrace.edge.refused").tag("reason", "unknown_signer").counter().count())
                .isEqualTo(2);
    }

    @Test
    void failsToStartWithUnusableKeySet() throws IOException {
        Path file = Files.writeString(directory.resolve("jwks.json"), "{}");
        assertThatThrownBy(() -> open(new AccessSettings(null, null, new AccessSettings.Jwks(file, null),
                AddressRules.NONE, null))).isInstanceOf(UserError.class)
                .hasMessageContaining("the key set in " + file + " cannot be used");
    }

    @Test
    void keySetAtUrlIsLoadedAgainForUnknownKey() throws Exception {
        PublicJsonWebKey first = key("first");
        PublicJsonWebKey second = key("second");
        body = set(first);
        keys = new JwtKeyUrl(new SecretUrl(serve("/jwks.json")), JwtClaimRules.ANY,
                Executors.newVirtualThreadPerTaskExecutor(), nanos::get);
        assertThat(verify(first)).isInstanceOf(JwtResult.Genuine.class);
        assertThat(requests).hasValue(1);
        body = set(first, second);
        assertThat(verify(second)).as("at most one attempt per pause").isInstanceOf(JwtResult.Invalid.class);
        assertThat(requests).hasValue(1);
        nanos.addAndGet(JwtKeyUrl.PAUSE.toNanos());
        assertThat(verify(second)).isInstanceOf(JwtResult.Genuine.class);
        assertThat(requests).hasValue(2);
    }

    @Test
    void previousKeysOutliveFailuresWithinBound() throws Exception {
        try (LogCapture log = new LogCapture(JwtKeyUrl.class)) {
            previousKeysOutliveFailures();
            assertThat(log.texts(Level.WARN)).singleElement().asString()
                    .contains("status 500; the previous keys remain in use for up to 24 h");
        }
    }

    private void previousKeysOutliveFailures() throws Exception {
        PublicJsonWebKey key = key("first");
        body = set(key);
        keys = new JwtKeyUrl(new SecretUrl(serve("/jwks.json")), JwtClaimRules.ANY,
                Executors.newVirtualThreadPerTaskExecutor(), nanos::get);
        assertThat(verify(key)).isInstanceOf(JwtResult.Genuine.class);
        status = 500;
        nanos.addAndGet(JwtKeyUrl.USABLE.toNanos());
        assertThat(verify(key)).isInstanceOf(JwtResult.Genuine.class);
        nanos.addAndGet(JwtKeyUrl.PAUSE.toNanos());
        assertThat(verify(key)).isInstanceOfSatisfying(JwtResult.Invalid.class,
                invalid -> assertThat(invalid.reason()).isEqualTo(AccessReason.KEYS_UNAVAILABLE));
        status = 200;
        nanos.addAndGet(JwtKeyUrl.PAUSE.toNanos());
        assertThat(verify(key)).isInstanceOf(JwtResult.Genuine.class);
    }

    @Test
    void keySetOverLimitIsNotUsedAndLogHidesUrl() throws Exception {
        body = set(key("first")) + " ".repeat(JwtKeyUrl.LIMIT_BYTES);
        URI url = URI.create(serve("/jwks.json") + "?api_key=s3cret");
        try (LogCapture log = new LogCapture(JwtKeyUrl.class)) {
            keys = new JwtKeyUrl(new SecretUrl(url), JwtClaimRules.ANY, Executors.newVirtualThreadPerTaskExecutor(),
                    nanos::get);
            assertThat(verify(key("first"))).isInstanceOfSatisfying(JwtResult.Invalid.class,
                    invalid -> assertThat(invalid.reason()).isEqualTo(AccessReason.KEYS_UNAVAILABLE));
            assertThat(log.texts(Level.INFO)).singleElement().asString().contains("cannot be loaded")
                    .doesNotContain("s3cret");
        }
    }

    @Test
    void hookIsAskedOncePerViewerWithoutConnection() throws Exception {
        gate = open(new AccessSettings(null, null, hook()));
        for (int i = 0; i < 3; i++) {
            assertThat(decide("user=1")).isEqualTo(new AccessDecision.Allowed(SHOW));
        }
        assertThat(requests).hasValue(1);
        decide("user=2");
        assertThat(requests).as("other credentials").hasValue(2);
        gate.decide(request("user=1", Protocol.HLS, "192.0.2.8:5")).get(120, TimeUnit.SECONDS);
        assertThat(requests).as("another address").hasValue(3);
        gate.decide(request("user=1", Protocol.RTMP, "192.0.2.7:5")).get(120, TimeUnit.SECONDS);
        gate.decide(request("user=1", Protocol.FLV, "192.0.2.7:5")).get(120, TimeUnit.SECONDS);
        assertThat(requests).as("a connection is asked about when it begins").hasValue(5);
        status = 403;
        assertRefused(decide("user=3"), AccessReason.HOOK_REFUSED);
        status = 500;
        try (LogCapture log = new LogCapture(AccessHook.class)) {
            assertRefused(decide("user=4"), AccessReason.HOOK_FAILED);
            assertRefused(decide("user=4"), AccessReason.HOOK_FAILED);
            assertThat(log.texts(Level.WARN)).hasSize(2)
                    .allSatisfy(line -> assertThat(line).contains("so the play is refused: status 500"));
        }
        assertThat(requests).as("a failure is not remembered").hasValue(8);
    }

    @Test
    void fallbackOfHookIsNotRemembered() throws Exception {
        gate = open(new AccessSettings(null, null, new AccessSettings.Hook(serve("/on_play"), HookForm.NGINX, PATIENT,
                true)));
        status = 500;
        try (LogCapture log = new LogCapture(AccessHook.class)) {
            assertThat(decide("user=1")).isEqualTo(new AccessDecision.Allowed(SHOW));
            assertThat(log.texts(Level.WARN)).hasSize(1);
        }
        status = 403;
        assertRefused(decide("user=1"), AccessReason.HOOK_REFUSED);
    }

    @Test
    void hookRenamesOnlyWhereUrlsAreNotShared() throws Exception {
        gate = open(new AccessSettings(null, null, hook()));
        status = 302;
        location = "teaser";
        assertRefused(decide("user=1"), AccessReason.HOOK_REFUSED);
        for (Protocol protocol : new Protocol[]{Protocol.RTMP, Protocol.FLV}) {
            assertThat(gate.decide(request("user=1", protocol, "192.0.2.7:5")).get(120, TimeUnit.SECONDS))
                    .isEqualTo(new AccessDecision.Allowed(new StreamName("live/teaser")));
        }
    }

    @Test
    void queryOverLimitIsRefusedWithoutTheHook() throws Exception {
        gate = open(new AccessSettings(null, null, hook()));
        assertThat(decide("a".repeat(AccessGate.QUERY_LIMIT))).isInstanceOf(AccessDecision.Allowed.class);
        assertThat(decide("a&".repeat(AccessGate.PARAMETERS_LIMIT - 1) + "a"))
                .isInstanceOf(AccessDecision.Allowed.class);
        assertThat(requests).hasValue(2);
        assertRefused(decide("a".repeat(AccessGate.QUERY_LIMIT + 1)), AccessReason.MALFORMED);
        assertRefused(decide("a&".repeat(AccessGate.PARAMETERS_LIMIT) + "a"), AccessReason.MALFORMED);
        assertThat(requests).hasValue(2);
    }

    @Test
    void hookCannotProlongToken() throws Exception {
        Path secret = Files.writeString(directory.resolve("secret"), "0123456789abcdef");
        gate = open(new AccessSettings(null, secret, hook()));
        long expiresS = InstantSource.system().instant().getEpochSecond() + 3_600;
        String token = PlayToken.create(SigningSecrets.parse("0123456789abcdef"), "live/show", false, expiresS, null);
        assertThat(decide("token=" + token)).isEqualTo(new AccessDecision.Allowed(SHOW,
                ViewerSession.ofToken(token.substring(token.lastIndexOf('-') + 1), expiresS)));
        assertRefused(decide("token=" + token.replace("-s-", "-sa-")), AccessReason.BAD_SIGNATURE);
        assertThat(requests).as("the hook is not asked without a token").hasValue(1);
    }

    @Test
    void addressIsNeededInAdditionToKey() throws Exception {
        Path file = Files.writeString(directory.resolve("keys"), "the-secret-key-of: live/show\n");
        gate = open(new AccessSettings(file, null, null,
                new AddressRules(Networks.parse("192.0.2.0/24"), Networks.parse("192.0.2.9")), null));
        assertThat(decide("key=the-secret-key-of")).isEqualTo(new AccessDecision.Allowed(SHOW));
        for (String address : new String[]{"192.0.2.9:80", "198.51.100.1", ""}) {
            assertRefused(gate.decide(request("key=the-secret-key-of", Protocol.HLS, address)).join(),
                    AccessReason.ADDRESS);
        }
        assertRefused(decide("key=x"), AccessReason.UNKNOWN_KEY);
    }

    @Test
    void refusalsDoNotLogSecrets() throws Exception {
        Path file = Files.writeString(directory.resolve("keys"), "the-secret-key-of: live/show\n");
        gate = open(new AccessSettings(file, null, null));
        try (LogCapture log = new LogCapture(AccessGate.class)) {
            ((Logger) LoggerFactory.getLogger(AccessGate.class)).setLevel(Level.DEBUG);
            decide("key=pl4nted-s3cret");
            gate.decide(new AccessRequest(Action.PLAY, new StreamName("live/pl4nted-s3cret"), "",
                    request("", Protocol.HLS, "192.0.2.7:5").source())).join();
            assertThat(log.texts(Level.DEBUG)).containsExactly(
                    "192.0.2.7:5: may not play: the stream key is not known here",
                    "192.0.2.7:5: may not play: this stream needs a key (?key=…)");
        }
        assertThat(registry.getMeters()).allSatisfy(
                meter -> assertThat(meter.getId().toString()).doesNotContain("pl4nted"));
    }

    private JwtResult verify(PublicJsonWebKey key) throws Exception {
        return keys.verify(token(key)).get(120, TimeUnit.SECONDS);
    }

    private AccessDecision decide(String query) throws Exception {
        CompletableFuture<AccessDecision> decision = gate.decide(request(query, Protocol.HLS, "192.0.2.7:5"));
        return decision.get(120, TimeUnit.SECONDS);
    }

    private static AccessRequest request(String query, Protocol protocol, String address) {
        return new AccessRequest(Action.PLAY, SHOW, query,
                new AccessRequest.Source(protocol, address, "player/1", "/live/show.m3u8"));
    }

    private AccessGate open(AccessSettings settings) {
        return AccessGate.open(settings, Action.PLAY, "node-1", new AccessMeters(registry, "edge", "Viewers"),
                InstantSource.system());
    }

    private AccessSettings.Hook hook() throws IOException {
        return new AccessSettings.Hook(serve("/on_play"), HookForm.NGINX, PATIENT, false);
    }

    /** Starts the server, which answers every request with {@link #status} and {@link #body}. */
    private URI serve(String path) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.getRequestBody().readAllBytes();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            if (!location.isEmpty()) {
                exchange.getResponseHeaders().set("Location", location);
            }
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private static PublicJsonWebKey key(String id) throws JoseException {
        PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        key.setKeyId(id);
        return key;
    }

    private static String set(JsonWebKey... keys) {
        return new JsonWebKeySet(keys).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY);
    }

    private static String token(PublicJsonWebKey key) throws JoseException {
        var claims = new JwtClaims();
        claims.setExpirationTime(NumericDate.fromMilliseconds(System.currentTimeMillis() + 3_600_000));
        claims.setStringListClaim("streams", "live/*");
        var signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key.getPrivateKey());
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
        return signature.getCompactSerialization();
    }

    private static void assertRefused(AccessDecision decision, AccessReason reason) {
        assertThat(decision).isInstanceOfSatisfying(AccessDecision.Refused.class,
                refused -> assertThat(refused.reason()).isEqualTo(reason));
    }
}
