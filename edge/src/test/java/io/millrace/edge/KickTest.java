package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.PlayerEvent;
import io.millrace.platform.access.AccessGate;
import io.millrace.platform.access.AccessMeters;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.PlayToken;
import io.millrace.platform.access.SigningSecrets;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kick.KickMeters;
import io.millrace.platform.kick.Kicks;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.ServerSockets;
import io.millrace.testkit.HttpFlvViewer;
import io.millrace.testkit.PatientRtmp;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import io.millrace.testkit.WebSocketFlvViewer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Two edges with a real broker, whose viewers need signed tokens: a viewer of one is kicked through the other. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class KickTest {
    private static final String SECRET = "0123456789abcdef";

    @TempDir
    private static Path directory;
    private static AccessGate gate;
    /** The edge that the operator asks. */
    private static TestEdge near;

    /** The edge of the viewers, in a process of its own as far as kicks are concerned. */
    private static final class FarEdge implements AutoCloseable {
        private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
        private final AtomicReference<Throwable> fatal = new AtomicReference<>();
        private final Kicks kicks;
        private final EdgeService service;

        FarEdge(KafkaClients kafka, AccessPolicy access, InstantSource clock) {
            kicks = Kicks.start(kafka, "far", clock, new KickMeters(registry), (_, cause) -> fatal.set(cause));
            service = EdgeService.start(
                    EdgeListeners.open(EdgeSettings.of("127.0.0.1", 0, "far").withRtmp(PatientRtmp.listen()), access,
                            registry, ServerSockets.NONE_NAMED),
                    kicks, kafka, (_, cause) -> fatal.set(cause));
        }

        int rtmpPort() {
            return TestEdge.rtmpPort(service);
        }

        String viewers(String stream) {
            return AdminRoutes.of(service.admin()).answer("GET", "/api/v1/viewers", Map.of("stream", stream))
                    .orElseThrow().json();
        }

        double ended(String protocol) {
            return registry.get("millrace.connections.closed").tags("protocol", protocol, "reason", "kicked").counter()
                    .count();
        }

        double inForce() {
            return registry.get("millrace.kicks.in.force").gauge().value();
        }

        @Override
        public void close() {
            service.close();
            kicks.close();
            assertThat(fatal.get()).isNull();
        }
    }

    @BeforeAll
    static void start(TestBroker broker) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), SECRET);
        gate = AccessGate.open(new AccessSettings(null, secret, null), AccessRequest.Action.PLAY, "near",
                new AccessMeters(new SimpleMeterRegistry(), "edge", "Viewers"), InstantSource.system());
        near = new TestEdge(broker.clients("kicks."), gate, "?token=" + token("live", true, 7_200));
    }

    @AfterAll
    static void stop() {
        near.close();
        gate.close();
    }

    private static String token(String name, boolean isPrefix, long expiresInS) {
        return PlayToken.create(SigningSecrets.parse(SECRET), name, isPrefix,
                System.currentTimeMillis() / 1000 + expiresInS, null);
    }

    @Test
    void endsConnectionsOfTokenAndOutlivesRestart() throws Exception {
        String token = token("live/show", false, 3_600);
        String other = token("live/show", false, 3_601);
        String path = "/t/" + token + "/live/show.flv";
        try (var _ = new LiveStream(near, "live/show")) {
            String session;
            try (var far = far(InstantSource.system());
                    var flv = flv(far, path);
                    var ws = ws(far, path);
                    var rtmp = new RtmpClient(far.rtmpPort(), "live/show?token=" + token);
                    var staying = ws(far, "/t/" + other + "/live/show.flv")) {
                assertThat(flv.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                assertThat(ws.next()).isNotNull();
                assertThat(rtmp.media()).isNotNull();
                assertThat(staying.next()).isNotNull();
                session = sessionOf(far.viewers("live/show"), token);

                assertThat(kick(Map.of("stream", "live/show", "session", session))).isEqualTo("{\"kicked\":0}");
                assertThat(ws.closed()).isEqualTo(1008);
                assertThatThrownBy(() -> drain(flv)).as("without its last chunk").isInstanceOf(IOException.class);
                assertThat(end(rtmp)).isEqualTo("disconnected by the operator");
                assertThat(far.ended("ws")).isEqualTo(1);
                TestEdge.await(() -> far.ended("flv") == 1 && far.ended("rtmp") == 1);
                assertIsRefused(far, token);
                assertThat(staying.isClosed()).as("the viewer with another token").isFalse();
                assertPlays(far, other);
            }
            try (var again = far(InstantSource.system())) {
                assertThat(again.inForce()).as("also those of other tests").isPositive();
                assertIsRefused(again, token);
                assertPlays(again, other);
            }
            assertThat(near.get("/t/" + token + "/live/show.m3u8").body()).contains("\"kicked\"");
            AdminRoutes.of(near.service.kicks().admin()).answer("DELETE", "/api/v1/kicks",
                    Map.of("stream", "live/show", "session", session));
            try (var again = far(InstantSource.system())) {
                assertPlays(again, token);
            }
        }
    }

    /** Each request of HLS is decided, also those of a player that is in the middle of a stream. */
    @Test
    void refusesRequestsBelowToken() throws Exception {
        String token = token("live/hls", false, 3_600);
        List<String> paths = List.of("/t/" + token + "/live/hls@ts.m3u8", "/t/" + token + "/live/hls/@17/ts/index.m3u8",
                "/t/" + token + "/live/hls/@17/ts/0.ts", "/live/hls@ts.m3u8?token=" + token);
        try (var log = near.log("live/hls"); var far = far(InstantSource.system())) {
            log.segment(17, 0, -1);
            log.write(Topic.STREAMS,
                    Records.entry("live/hls", 17, StreamEntry.State.LIVE, Records.TRACKS, 0, 0));
            TestEdge.await(() -> near.get(far.service, paths.get(2)).statusCode() == 200);
            for (String path : paths) {
                assertThat(near.get(far.service, path).statusCode()).as(path).isIn(200, 302);
            }
            String session = sessionOf(far.viewers("live/hls"), token);
            kick(Map.of("stream", "live/hls", "session", session));
            TestEdge.await(() -> near.get(far.service, paths.getFirst()).statusCode() == 403);
            for (String path : paths) {
                HttpResponse<String> refused = near.get(far.service, path);
                assertThat(refused.statusCode()).as(path).isEqualTo(403);
                assertThat(refused.body()).contains("{\"error\":{\"code\":\"kicked\"");
            }
            assertThat(far.viewers("live/hls")).as("the player is no longer counted").contains("\"viewers\":[]");
            assertThat(near.get(far.service, paths.get(2).replace(token, token("live", true, 60))).statusCode())
                    .as("with another token").isEqualTo(200);
        }
    }

    @Test
    void viewerMayReturnAfterTheEnd() throws Exception {
        String token = token("live/brief", false, 3_600);
        var clock = new AtomicReference<>(InstantSource.system());
        try (var _ = new LiveStream(near, "live/brief"); var far = far(() -> clock.get().instant())) {
            try (var ws = ws(far, "/live/brief.flv?token=" + token)) {
                assertThat(ws.next()).isNotNull();
                kick(Map.of("stream", "live/brief", "session", sessionOf(far.viewers("live/brief"), token), "seconds",
                        "600"));
                assertThat(ws.closed()).isEqualTo(1008);
            }
            clock.set(InstantSource.offset(InstantSource.system(), Duration.ofSeconds(590)));
            assertThat(status(() -> ws(far, "/live/brief.flv?token=" + token))).isEqualTo(403);
            clock.set(InstantSource.offset(InstantSource.system(), Duration.ofSeconds(601)));
            try (var ws = ws(far, "/live/brief.flv?token=" + token)) {
                assertThat(ws.next()).isNotNull();
            }
            TestEdge.await(() -> far.registry.get("millrace.kicks").tag("target", "viewer").counter().count() > 0);
        }
    }

    /** Without tokens, the address and the player identify a viewer; its kick is not one of all viewers. */
    @Test
    void kicksAllViewersOfStreamOnAllEdges(TestBroker broker) throws Exception {
        try (var open = new TestEdge(broker.clients("kicks.open."));
                var far = new FarEdge(open.kafka(), AccessPolicy.ALLOW_ALL, InstantSource.system());
                var _ = new LiveStream(open, "live/all")) {
            TestEdge.await(() -> open.get(far.service, "/api/v1/streams/live/all").statusCode() == 200);
            try (var here = open.ws("/live/all.flv");
                    var there = open.ws(far.service.port(), "/live/all.flv");
                    var rtmp = new RtmpClient(far.rtmpPort(), "live/all")) {
                assertThat(here.next()).isNotNull();
                assertThat(there.next()).isNotNull();
                assertThat(rtmp.media()).isNotNull();
                assertThat(AdminRoutes.of(open.service.admin()).answer("DELETE", "/api/v1/viewers",
                        Map.of("stream", "live/all", "protocol", "ws")).orElseThrow().json())
                        .isEqualTo("{\"kicked\":1}");
                assertThat(here.closed()).isEqualTo(1008);
                assertThat(there.closed()).isEqualTo(1008);
                assertThat(far.ended("rtmp")).isZero();
                assertThat(far.inForce()).isZero();
                try (var back = open.ws(far.service.port(), "/live/all.flv")) {
                    assertThat(back.next()).isNotNull();
                }
            }
        }
    }

    private static FarEdge far(InstantSource clock) {
        return new FarEdge(near.kafka(), gate, clock);
    }

    private static HttpFlvViewer flv(FarEdge edge, String path) throws IOException, InterruptedException {
        return new HttpFlvViewer(near.http, TestEdge.request(edge.service.port(), path));
    }

    private static WebSocketFlvViewer ws(FarEdge edge, String path) {
        return near.ws(edge.service.port(), path);
    }

    /** Sends the operator's request to the near edge. Returns the answer, which comes after Kafka's. */
    private static String kick(Map<String, String> query) {
        AdminResource.Answer answer = AdminRoutes.of(near.service.admin()).answer("DELETE", "/api/v1/viewers", query)
                .orElseThrow();
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }

    /** Returns the session of a token in the list of viewers, by the time at which it expires. */
    private static String sessionOf(String viewers, String token) {
        String untilS = token.substring(0, token.indexOf('-'));
        assertThat(viewers).containsPattern("\"session\":\"[0-9a-f]{32}-" + untilS).doesNotContain(token);
        return viewers.replaceAll("(?s).*\"session\":\"([0-9a-f]{32}-" + untilS + ")\".*", "$1");
    }

    private static void assertIsRefused(FarEdge edge, String token) throws Exception {
        for (String path : List.of("/t/" + token + "/live/show.flv", "/live/show.flv?token=" + token,
                "/live/show.flv?token=0" + token, "/t/" + token + "/live/show.m3u8", "/t/" + token + "/live/show.mpd",
                "/t/" + token + "/api/v1/streams/live/show")) {
            HttpResponse<String> refused = near.get(edge.service, path);
            assertThat(refused.statusCode()).as(path).isEqualTo(403);
            assertThat(refused.body()).isEqualTo(
                    "{\"error\":{\"code\":\"kicked\",\"message\":\"disconnected by the operator\"}}");
        }
        assertThat(status(() -> ws(edge, "/live/show.flv?token=" + token))).isEqualTo(403);
        try (var rtmp = new RtmpClient(edge.rtmpPort(), "live/show?token=" + token)) {
            assertThat(rtmp.next()).isEqualTo(
                    new PlayerEvent.Status("NetStream.Play.Failed", "disconnected by the operator"));
        }
    }

    private static void assertPlays(FarEdge edge, String token) throws Exception {
        try (var ws = ws(edge, "/live/show.flv?token=" + token);
                var rtmp = new RtmpClient(edge.rtmpPort(), "live/show?token=" + token)) {
            assertThat(ws.next()).isNotNull();
            assertThat(rtmp.media()).isNotNull();
        }
    }

    /** Returns the status with which a handshake is refused. */
    private static int status(Runnable handshake) {
        try {
            handshake.run();
            return 101;
        } catch (CompletionException e) {
            return ((WebSocketHandshakeException) e.getCause()).getResponse().statusCode();
        }
    }

    private static void drain(HttpFlvViewer viewer) throws IOException {
        while (viewer.next() != null) {
            // until the end
        }
    }

    /** Returns the description with which the server ends a play. */
    private static String end(RtmpClient player) throws IOException {
        while (true) {
            if (player.next() instanceof PlayerEvent.Status(String code, String description)
                    && code.equals("NetStream.Play.Failed")) {
                return description;
            }
        }
    }
}
