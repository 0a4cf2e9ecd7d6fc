package io.millrace.edge.http;

import ch.qos.logback.classic.Level;
import com.sun.net.httpserver.HttpServer;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.AddressRules;
import io.millrace.platform.access.HookForm;
import io.millrace.platform.net.Networks;
import io.millrace.platform.net.ProxySources;
import io.millrace.testkit.LogCapture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Viewers with keys, JSON Web Tokens, addresses and a hook at a real listener. */
@Timeout(180)
class AccessFormsTest {
    private static final List<String> TARGETS = List.of("/live/show.m3u8", "/live/show/@17/ts/index.m3u8",
            "/live/show/@17/ts/5.ts", "/live/cmaf/@23/index.mpd", "/live/cmaf/@23/video0/init-0.mp4",
            "/api/v1/streams/live/show");

    @TempDir
    private Path directory;
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private volatile int status = 200;
    private HttpServer hook;
    private RestrictedServer server;

    @AfterEach
    void stop() {
        server.close();
        if (hook != null) {
            hook.stop(0);
        }
    }

    private void start(AccessSettings settings) {
        server = new RestrictedServer(settings, ProxySources.parse("127.0.0.1"));
    }

    private RawHttp.Response get(String target) throws IOException {
        try (var http = new RawHttp(server.port)) {
            return http.get(target, "X-Forwarded-For: 192.0.2.7", "User-Agent: player/1").read();
        }
    }

    /** Requests a playlist with credentials in its query, and then everything below the prefix that it leads to. */
    private void plays(String query, String stream) throws IOException {
        RawHttp.Response moved = get("/" + stream + ".m3u8?" + query);
        assertThat(moved.status()).as(moved.body()).isEqualTo(302);
        String prefix = moved.headers().get("location").replaceFirst("^\\.\\.(/t/[^/]+)/.*", "$1");
        for (String target : TARGETS) {
            if (target.contains(stream.substring(stream.indexOf('/')))) {
                RawHttp.Response answer = get(prefix + target);
                assertThat(answer.status()).as(target + " " + answer.body()).isEqualTo(200);
            }
        }
    }

    private void refuses(String query, int status, String code) throws IOException {
        for (String target : List.of("/live/show.m3u8?", "/live/show/@17/ts/5.ts?", "/live/show.flv?")) {
            RawHttp.Response answer = get(target + query);
            assertThat(answer.status()).as(target + query).isEqualTo(status);
            assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
        }
    }

    @Test
    void keys() throws IOException {
        Path file = Files.writeString(directory.resolve("keys"), """
                s3cret-key-of-show: live/show
                s3cret-key-of-cmaf: live/cmaf
                """);
        start(new AccessSettings(file, null, null));
        plays("key=s3cret-key-of-show", "live/show");
        RawHttp.Response named = get("/live/s3cret-key-of-show.m3u8");
        assertThat(named.headers().get("location")).startsWith("../t/q~").endsWith("/live/show.m3u8")
                .doesNotContain("s3cret");
        assertThat(get("/live/s3cret-key-of-show/@17/ts/5.ts").status()).isEqualTo(200);
        refuses("key=s3cret-key-of-cmaf", 403, "access_denied");
        refuses("key=guess", 401, "credentials_invalid");
        refuses("", 401, "credentials_required");
        refuses("key=" + "x".repeat(4_000), 401, "credentials_invalid");
    }

    /** Planted secrets in every part of the URL of a request that fails: not in log lines, metrics and responses. */
    @Test
    void failuresDoNotRevealCredentials() throws IOException {
        start(new AccessSettings(Files.writeString(directory.resolve("keys"), "s3cret-key-of-silent: live/silent\n"),
                null, null));
        try (LogCapture log = new LogCapture(EdgeServer.class)) {
            for (String target : List.of("/live/silent/@19/ts/5.ts?key=s3cret-key-of-silent",
                    "/t/q~a2V5PXMzY3JldC1rZXktb2Ytc2lsZW50/live/silent/@19/ts/5.ts",
                    "/live/s3cret-key-of-silent/@19/ts/5.ts")) {
                RawHttp.Response answer = get(target);
                assertThat(answer.status()).as(target).isEqualTo(503);
                assertThat(answer.body()).doesNotContain("s3cret", "a2V5");
                assertThat(get(target.replace("s3cret", "s3cret2")).body()).doesNotContain("s3cret", "a2V5");
            }
            assertThat(log.texts(Level.INFO)).hasSize(4)
                    .allSatisfy(line -> assertThat(line).contains("live/silent").doesNotContain("s3cret", "a2V5"));
        }
        assertThat(server.registry.getMeters()).allSatisfy(
                meter -> assertThat(meter.getId().toString()).doesNotContain("s3cret", "a2V5"));
    }

    @Test
    void jsonWebTokens() throws Exception {
        PublicJsonWebKey key = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        key.setKeyId("one");
        PublicJsonWebKey other = EcJwkGenerator.generateJwk(EllipticCurves.P256);
        other.setKeyId("other");
        Path file = Files.writeString(directory.resolve("jwks.json"),
                new JsonWebKeySet(key).toJson(JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
        start(new AccessSettings(null, null, new AccessSettings.Jwks(file, null), AddressRules.NONE, null));
        plays("token=" + jwt(key, "live/*", 60, "play"), "live/show");
        plays("token=" + jwt(key, "live/*", 60, "play"), "live/cmaf");
        refuses("token=" + jwt(key, "live/*", -1, "play"), 401, "credentials_expired");
        refuses("token=" + jwt(key, "vod/**", 60, "play"), 403, "access_denied");
        refuses("token=" + jwt(key, "**", 60, "publish"), 403, "access_denied");
        refuses("token=" + jwt(other, "**", 60, "play"), 401, "credentials_invalid");
        refuses("token=e30.e30.e30", 401, "credentials_invalid");
        refuses("token=x", 401, "credentials_invalid");
        refuses("token=" + "x".repeat(4_097), 401, "credentials_invalid");
        refuses("", 401, "credentials_required");
    }

    @Test
    void addresses() throws IOException {
        start(new AccessSettings(null, null, null,
                new AddressRules(Networks.parse("192.0.2.0/24"), Networks.parse("192.0.2.9")), null));
        for (String target : TARGETS) {
            assertThat(get(target).status()).as(target).isEqualTo(200);
            for (String address : List.of("192.0.2.9", "198.51.100.1")) {
                try (var http = new RawHttp(server.port)) {
                    assertThat(http.get(target, "X-Forwarded-For: " + address).read().status()).isEqualTo(403);
                }
            }
        }
    }

    @Test
    void hook() throws IOException {
        hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", exchange -> {
            asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        hook.start();
        start(new AccessSettings(null, null, new AccessSettings.Hook(
                URI.create("http://127.0.0.1:" + hook.getAddress().getPort() + "/on_play"), HookForm.NGINX,
                Duration.ofMinutes(2), false)));
        plays("user=1&pass=a%26b", "live/show");
        assertThat(asked).as("once for all requests of the viewer").containsExactly(
                "call=play&app=live&name=show&addr=192.0.2.7&clientid=1&flashver=player%2F1&swfurl="
                        + "&tcurl=%2Flive%2Fshow.m3u8&pageurl=&user=1&pass=a%26b");
        status = 403;
        refuses("user=2", 403, "access_denied");
    }

    private static String jwt(PublicJsonWebKey key, String streams, long expiresInS, String action)
            throws JoseException {
        var claims = new JwtClaims();
        claims.setExpirationTime(NumericDate.fromSeconds(System.currentTimeMillis() / 1000 + expiresInS));
        claims.setStringClaim("streams", streams);
        claims.setStringClaim("actions", action);
        var signature = new JsonWebSignature();
        signature.setPayload(claims.toJson());
        signature.setKey(key.getPrivateKey());
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.ECDSA_USING_P256_CURVE_AND_SHA256);
        return signature.getCompactSerialization();
    }
}
