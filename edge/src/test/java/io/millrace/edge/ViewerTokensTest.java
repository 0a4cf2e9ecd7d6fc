package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.PlayerEvent;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessGate;
import io.millrace.platform.access.AccessMeters;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.access.AccessSettings;
import io.millrace.platform.access.PlayToken;
import io.millrace.platform.access.SigningSecrets;
import io.millrace.testkit.HttpFlvViewer;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A whole edge with a real broker whose viewers need signed tokens: the outputs that are connections. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class ViewerTokensTest {
    private static final String SECRET = "0123456789abcdef";

    @TempDir
    private static Path directory;
    private static AccessGate gate;
    private static TestEdge edge;

    @BeforeAll
    static void start(TestBroker broker) throws IOException {
        Path secret = Files.writeString(directory.resolve("secret"), SECRET);
        gate = AccessGate.open(new AccessSettings(null, secret, null), AccessRequest.Action.PLAY, "edge-1",
                new AccessMeters(new SimpleMeterRegistry(), "edge", "Viewers"), InstantSource.system());
        edge = new TestEdge(broker.clients("tokens."), gate, "?token=" + token("live", true, 3_600, null));
    }

    @AfterAll
    static void stop() {
        edge.close();
        gate.close();
    }

    private static String token(String name, boolean isPrefix, long expiresInS, String address) {
        return PlayToken.create(SigningSecrets.parse(SECRET), name, isPrefix,
                System.currentTimeMillis() / 1000 + expiresInS,
                address == null ? null : InetAddress.ofLiteral(address));
    }

    /** Refused tokens of live/show, with the reasons. */
    private static List<String[]> refused() {
        return List.of(new String[]{"", "this stream needs a token (?token=…)"},
                new String[]{"?token=" + token("live/show", false, -1, null), "the token has expired"},
                new String[]{"?token=" + token("live/talk", false, 60, null),
                    "the token is not for this stream and time"},
                new String[]{"?token=" + token("live/show", false, 60, "192.0.2.9"),
                    "the token is not for this stream, time and address"},
                new String[]{"?token=x", "the token has no form that is accepted here"});
    }

    @Test
    void playersOfRtmpNeedToken() throws Exception {
        try (var _ = new LiveStream(edge, "live/show")) {
            for (String[] each : refused()) {
                try (RtmpClient player = edge.rtmp("live/show" + each[0])) {
                    assertThat(player.next()).isEqualTo(new PlayerEvent.Status("NetStream.Play.Failed", each[1]));
                }
            }
            for (String token : List.of(token("live/show", false, 60, null), token("live", true, 60, "127.0.0.1"))) {
                try (RtmpClient player = edge.rtmp("live/show?token=" + token)) {
                    assertThat(player.media()).isNotNull();
                }
            }
        }
    }

    @Test
    void viewersOfFlvNeedToken() throws Exception {
        try (var _ = new LiveStream(edge, "live/show")) {
            for (String[] each : refused()) {
                String past = each[0].isEmpty() ? "?start=-1h" : each[0] + "&start=-1h";
                for (String query : List.of(each[0], past)) {
                    assertThat(edge.get("/live/show.flv" + query).statusCode()).isEqualTo(401);
                }
                assertThatThrownBy(() -> edge.ws("/live/show.flv" + each[0])).isInstanceOf(CompletionException.class)
                        .cause().isInstanceOfSatisfying(WebSocketHandshakeException.class,
                                e -> assertThat(e.getResponse().statusCode()).isEqualTo(401));
            }
            String token = token("live/show", false, 60, null);
            for (String path : List.of("/live/show.flv?token=" + token, "/t/" + token + "/live/show.flv")) {
                try (var viewer = edge.flv(path); var socket = edge.ws(path)) {
                    assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                    assertThat(socket.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                }
            }
        }
    }

    /** Connections are checked when they begin, so that they end when the token does. */
    @Test
    void connectionsEndWhenTokenExpires(TestBroker broker) throws Exception {
        AtomicLong untilS = new AtomicLong(AccessDecision.NO_END);
        try (var brief = new TestEdge(broker.clients("tokens.brief."), request -> CompletableFuture.completedFuture(
                new AccessDecision.Allowed(request.stream(), untilS.get())), "");
                var _ = new LiveStream(brief, "live/show");
                var lasting = brief.ws("/live/show.flv")) {
            assertThat(lasting.next()).isNotNull();
            // Longer than a slow machine needs to connect three viewers.
            untilS.set(System.currentTimeMillis() / 1000 + 8);
            try (var viewer = brief.flv("/live/show.flv");
                    var socket = brief.ws("/live/show.flv");
                    RtmpClient player = brief.rtmp("live/show")) {
                assertThat(socket.closed()).isEqualTo(1008);
                assertThatThrownBy(() -> drain(viewer)).isInstanceOf(IOException.class);
                PlayerEvent event = player.next();
                while (!(event instanceof PlayerEvent.Status(String code, _))
                        || !code.equals("NetStream.Play.Failed")) {
                    event = player.next();
                }
                assertThat(event).isEqualTo(new PlayerEvent.Status("NetStream.Play.Failed", "the token has expired"));
                TestEdge.await(() -> count(brief, "rtmp") == 1);
                assertThat(count(brief, "flv")).isEqualTo(1);
                assertThat(count(brief, "ws")).isEqualTo(1);
            }
        }
    }

    private static void drain(HttpFlvViewer viewer) throws IOException {
        while (true) {
            viewer.next();
        }
    }

    private static double count(TestEdge edge, String protocol) {
        return edge.registry.get("millrace.connections.closed").tag("protocol", protocol).tag("reason", "expired")
                .counter().count();
    }
}
