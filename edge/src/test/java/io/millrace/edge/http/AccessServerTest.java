package io.millrace.edge.http;

import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.net.ProxySources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Viewers with signed tokens at a real listener: every output, every kind of token. */
@Timeout(180)
class AccessServerTest {
    /** A URL of each output, and the status that it has with a valid token. */
    private static final List<String> OUTPUTS = List.of("/live/show.m3u8", "/live/show@ts.m3u8",
            "/live/show/@17/ts/index.m3u8", "/live/show/@17/ts/5.ts", "/live/cmaf.m3u8",
            "/live/cmaf/@23/video0/index.m3u8", "/live/cmaf/@23/video0/5.m4s", "/live/cmaf/@23/video0/init-0.mp4",
            "/live/cmaf/@23/index.mpd", "/api/v1/streams/live/show", "/api/v1/streams/live/show/sessions");
    private static final String UPGRADE = "Upgrade: websocket";

    @TempDir
    private static Path directory;
    private static RestrictedServer server;

    @BeforeAll
    static void start() throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), RestrictedServer.SECRET);
        server = new RestrictedServer(new AccessSettings(null, secret, null), ProxySources.parse("127.0.0.0/8"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private RawHttp.Response get(String target, String... headers) throws IOException {
        try (var http = new RawHttp(server.port)) {
            return http.get(target, headers).read();
        }
    }

    private static Stream<Arguments> tokens() {
        String valid = RestrictedServer.token("live", true, 60, null);
        return Stream.of(
                Arguments.of("none", null, 401, "credentials_required"),
                Arguments.of("expired", RestrictedServer.token("live", true, -1, null), 401, "credentials_expired"),
                Arguments.of("of another stream", RestrictedServer.token("live/talk", false, 60, null), 401,
                        "credentials_invalid"),
                Arguments.of("of other streams", RestrictedServer.token("vod", true, 60, null), 401,
                        "credentials_invalid"),
                Arguments.of("of another address", RestrictedServer.token("live", true, 60, "192.0.2.9"), 401,
                        "credentials_invalid"),
                Arguments.of("forged", valid.substring(0, valid.length() - 3) + "000", 401, "credentials_invalid"),
                Arguments.of("malformed", "x", 401, "credentials_invalid"),
                Arguments.of("over-long", "x".repeat(4_097), 401, "credentials_invalid"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tokens")
    void everyOutputRefuses(String kind, String token, int status, String code) throws IOException {
        server.log.watched.clear();
        server.log.readers.clear();
        List<String> targets = new ArrayList<>(OUTPUTS);
        targets.addAll(List.of("/live/show.m3u8?start=-1h", "/live/show.m3u8?delay=60s", "/live/show.flv",
                "/live/show.flv?start=-1h", "/live/cmaf.mpd", "/live/cmaf.mpd?start=-10s",
                "/live/cmaf/@23/video0/5.1.m4s", "/live/cmaf/@23/video0/index.m3u8?_HLS_msn=9", "/live/never.m3u8"));
        for (String target : targets) {
            List<String> forms = token == null
                    ? List.of(target)
                    : List.of(target + (target.contains("?") ? "&" : "?") + "token=" + token, "/t/" + token + target);
            for (String form : forms) {
                RawHttp.Response answer = get(form);
                assertThat(answer.status()).as(form).isEqualTo(status);
                assertThat(answer.body()).contains("{\"error\":{\"code\":\"" + code + "\",\"message\":\"")
                        .doesNotContain(token == null ? RestrictedServer.SECRET : token);
                assertThat(answer.headers()).containsEntry("cache-control", "no-store")
                        .containsEntry("www-authenticate", "Bearer");
            }
        }
        assertThat(server.log.watched).isEmpty();
        assertThat(server.log.readers).isEmpty();
        RawHttp.Response socket = get("/live/show.flv" + (token == null ? "" : "?token=" + token), UPGRADE,
                "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        assertThat(socket.status()).isEqualTo(status);
    }

    @Test
    void everyOutputServesBelowToken() throws IOException {
        for (String token : List.of(RestrictedServer.token("live", true, 60, null),
                RestrictedServer.token("live", true, 60, "192.0.2.7"))) {
            for (String target : OUTPUTS) {
                RawHttp.Response answer = get("/t/" + token + target, "X-Forwarded-For: 192.0.2.7");
                assertThat(answer.status()).as(target + " " + answer.body()).isEqualTo(200);
            }
            try (var http = new RawHttp(server.port)) {
                http.request("HEAD", "/live/show.flv?token=" + token, "X-Forwarded-For: 192.0.2.7");
                assertThat(http.read(true).status()).isEqualTo(200);
            }
        }
        String token = RestrictedServer.token("live/cmaf", false, 60, null);
        assertThat(get("/live/cmaf.mpd?token=" + token).headers()).containsEntry("location",
                "../t/" + token + "/live/cmaf.mpd");
        assertThat(get("/t/" + token + "/live/cmaf.mpd").headers()).containsEntry("location", "cmaf/@23/index.mpd");
        assertThat(get("/t/" + token + "/api/v1/time").status()).as("the clock of DASH players").isEqualTo(200);
    }

    /** What a cache may share: the same bytes and headers, whatever the token and the form of the URL. */
    @ParameterizedTest
    @ValueSource(strings = {"/live/show.m3u8", "/live/show/@17/ts/index.m3u8", "/live/show/@17/ts/5.ts",
        "/live/cmaf/@23/video0/index.m3u8", "/live/cmaf/@23/index.mpd", "/live/cmaf/@23/video0/init-0.mp4"})
    void answersAreTheSameForAllTokens(String target) throws IOException {
        List<RawHttp.Response> answers = new ArrayList<>();
        for (int i = 1; i <= 3; i++) {
            RawHttp.Response answer = get("/t/" + RestrictedServer.token("live", true, 60 * i, null) + target);
            assertThat(answer.headers().get("cache-control")).startsWith("public, max-age=");
            assertThat(answer.body()).doesNotContain("/t/");
            answer.headers().remove("date");
            answers.add(answer);
        }
        assertThat(answers).containsOnly(answers.getFirst());
    }

    @ParameterizedTest
    @CsvSource({"/live/show/@17/ts/5.ts, 401", "/live/cmaf.mpd, 401", "/live/show.flv, 401",
        "/api/v1/streams/live/show, 401", "/live?app=live&stream=show, 401", "/hls/show.m3u8, 204", "/, 204",
        "/embed, 204", "/assets/page.js, 204", "/api/v1/time, 204",
        "/live/show/@17/../@17/ts/5.ts, 403", "/x/../live/show.m3u8, 403", "/nothing, 403", "/api/v1/access, 403",
        "//live/show.m3u8, 403", "/live/show.m3u8/, 403", "http:/live, 403", "'', 403", "/t/a%2Fb/live/show.m3u8, 403"})
    void tellsProxy(String original, int status) throws IOException {
        assertThat(get("/api/v1/access", "X-Original-URI: " + original).status()).isEqualTo(status);
        if (status == 401) {
            String token = RestrictedServer.token("live", true, 60, "192.0.2.7");
            RawHttp.Response allowed = get("/api/v1/access", "X-Original-URI: /t/" + token + original,
                    "X-Forwarded-For: 192.0.2.7");
            assertThat(allowed.status()).isEqualTo(204);
            assertThat(allowed.headers()).containsEntry("cache-control", "max-age=10");
            assertThat(get("/api/v1/access", "X-Original-URI: " + original + (original.contains("?") ? "&" : "?")
                    + "token=" + token,
                    "X-Forwarded-For: 192.0.2.7").status()).isEqualTo(204);
            assertThat(get("/api/v1/access", "X-Original-URI: /t/" + token + original,
                    "X-Forwarded-For: 192.0.2.8").status()).isEqualTo(401);
        }
    }

    @Test
    void proxyRemembersNoLongerThanTokenLasts() throws IOException {
        RawHttp.Response allowed = get("/api/v1/access",
                "X-Original-URI: /t/" + RestrictedServer.token("live", true, 5, null) + "/live/show.m3u8");
        assertThat(allowed.headers().get("cache-control")).matches("max-age=[1-5]");
        assertThat(get("/api/v1/access").status()).isEqualTo(400);
    }

    @Test
    void countsByReason() throws IOException {
        double before = refused("no_credentials");
        double expired = refused("expired");
        get("/live/show.m3u8");
        get("/live/show.m3u8?token=" + RestrictedServer.token("live", true, -1, null));
        assertThat(refused("no_credentials")).isEqualTo(before + 1);
        assertThat(refused("expired")).isEqualTo(expired + 1);
    }

    private static double refused(String reason) {
        return server.registry.get("millrace.edge.refused").tag("reason", reason).counter().count();
    }
}
