package io.millrace.edge;

import io.millrace.media.flv.FlvTag;
import io.millrace.media.rtmp.PlayerEvent;
import io.millrace.platform.access.AccessDecision;
import io.millrace.platform.access.AccessReason;
import io.millrace.platform.access.AccessRequest;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A whole edge with a real broker and an access policy that decides on another thread, as a hook does. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class RestrictedEdgeTest {
    private static final String REASON = "this stream is for subscribers";

    @AutoClose
    private static TestEdge edge;

    @BeforeAll
    static void start(TestBroker broker) {
        edge = new TestEdge(broker.clients("access."), RestrictedEdgeTest::decide, "?token=1");
    }

    /** Allows what has the token. */
    private static CompletionStage<AccessDecision> decide(AccessRequest request) {
        var answer = new CompletableFuture<AccessDecision>();
        Thread.ofVirtual().start(() -> answer.complete(request.query().contains("token=1")
                ? new AccessDecision.Allowed(request.stream())
                : new AccessDecision.Refused(AccessReason.HOOK_REFUSED, REASON)));
        return answer;
    }

    @Test
    void refusesPlayersOfRtmp() throws Exception {
        try (var _ = new LiveStream(edge, "live/rtmp"); RtmpClient player = edge.rtmp("live/rtmp")) {
            assertThat(player.next()).isEqualTo(new PlayerEvent.Status("NetStream.Play.Failed", REASON));
            player.leave();
            assertThat(player.next()).as("then the connection is closed").isNull();
        }
        try (var _ = new LiveStream(edge, "live/rtmp2"); RtmpClient player = edge.rtmp("live/rtmp2?token=1")) {
            assertThat(player.media()).isNotNull();
        }
    }

    @Test
    void refusesViewersOfHttp() throws Exception {
        try (var _ = new LiveStream(edge, "live/http")) {
            for (String path : new String[]{"/live/http.m3u8", "/live/http.m3u8?start=-1h",
                "/live/http/@1/ts/index.m3u8",
                "/live/http.flv", "/live/http.flv?start=-1h", "/live/http.flv?token=2", "/live/never.m3u8"}) {
                HttpResponse<String> refused = edge.get(path);
                assertThat(refused.statusCode()).as(path).isEqualTo(403);
                assertThat(refused.body())
                        .isEqualTo("{\"error\":{\"code\":\"access_denied\",\"message\":\"" + REASON + "\"}}");
            }
            assertThatThrownBy(() -> edge.ws("/live/http.flv")).isInstanceOf(CompletionException.class).cause()
                    .isInstanceOfSatisfying(WebSocketHandshakeException.class,
                            e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
            try (var viewer = edge.flv("/live/http.flv?token=1"); var socket = edge.ws("/live/http.flv?token=1")) {
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                assertThat(socket.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
            }
            assertThat(edge.get("/live/never.m3u8?start=-1h&token=1").headers().firstValue("location"))
                    .contains("../t/1/live/never.m3u8?start=-1h");
            assertThat(edge.get("/t/1/live/never.m3u8?start=-1h").statusCode()).isEqualTo(404);
        }
    }
}
