package io.millrace.edge;

import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.HttpFlvViewer;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** WebSocket-FLV with the JDK's client and a real broker, and single tracks over both HTTP and WebSocket. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class WebSocketFlvTest {
    @AutoClose
    private static TestEdge edge;

    @BeforeAll
    static void start(TestBroker broker) {
        edge = new TestEdge(broker.clients("ws."));
    }

    @Test
    void keepsViewersUntilStreamEnds() throws Exception {
        try (var live = new LiveStream(edge, "live/ws")) {
            live.audio(3_010);
            try (var viewer = edge.ws("/live/ws.flv")) {
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                assertThat(viewer.header()).isEqualTo(new FlvHeader(true, true));
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.VIDEO);
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.AUDIO);
                FlvTag before = viewer.next();
                assertThat(frame(before)).isEqualTo(3);
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.AUDIO);
                assertThat(edge.get("/api/v1/streams/live/ws").body())
                        .contains("\"viewers\":{\"hls\":0,\"dash\":0,\"flv\":0,\"ws\":1,\"rtmp\":0}");
                live.away();
                live.again();
                live.video(900_000, true, 4);
                FlvTag after = viewer.next();
                assertThat(frame(after)).isEqualTo(4);
                assertThat(after.timestampMs()).isBetween(before.timestampMs() + 1, before.timestampMs() + 1_000);
                live.end();
                assertThat(viewer.closed()).isEqualTo(1000);
            }
            TestEdge.await(() -> edge.get("/api/v1/streams/live/ws").body().contains("\"ws\":0"));
        }
    }

    @Test
    void audioAloneBeginsAtLatestFrame() throws Exception {
        try (var live = new LiveStream(edge, "live/sound")) {
            live.audio(3_010);
            live.audio(3_040);
            try (var both = edge.flv("/live/sound.flv");
                    var sound = edge.flv("/live/sound.flv?video=0");
                    var socket = edge.ws("/live/sound.flv?video=0");
                    var picture = edge.flv("/live/sound.flv?audio=0&video=1")) {
                assertThat(both.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                FlvTag metadata = sound.next();
                assertThat(metadata.type()).isEqualTo(FlvTag.Type.SCRIPT);
                assertThat(text(metadata)).contains("audiocodecid").doesNotContain("videocodecid", "width");
                assertThat(sound.header()).isEqualTo(new FlvHeader(true, false));
                assertThat(sound.next().body().get(1)).as("AAC sequence header").isZero();
                assertThat(socket.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                assertThat(socket.header()).isEqualTo(new FlvHeader(true, false));
                assertThat(socket.next().body().get(1)).isZero();
                assertThat(text(picture.next())).contains("videocodecid").doesNotContain("audiocodecid");
                assertThat(picture.header()).isEqualTo(new FlvHeader(false, true));
                assertThat(picture.next().body().get(1)).as("AVC sequence header").isZero();
                live.audio(3_060);
                live.video(3_080, false, 9);
                live.audio(3_081);
                int last = last(both, 9).timestampMs();
                FlvTag first = sound.next();
                assertThat(first.type()).isEqualTo(FlvTag.Type.AUDIO);
                assertThat(first.timestampMs()).as("begins with the latest frame").isEqualTo(last - 40);
                assertThat(sound.next().timestampMs()).isEqualTo(last - 20);
                assertThat(sound.next().timestampMs()).isEqualTo(last + 1);
                assertThat(socket.next().timestampMs()).isEqualTo(last - 40);
                assertThat(socket.next().timestampMs()).isEqualTo(last - 20);
                assertThat(socket.next().timestampMs()).isEqualTo(last + 1);
                assertThat(frame(picture.next())).isEqualTo(3);
                assertThat(frame(picture.next())).isEqualTo(9);
            }
            assertThat(edge.get("/live/sound.flv?video=0&audio=0").statusCode()).isEqualTo(400);
            assertThat(edge.get("/live/sound.flv?video=none").statusCode()).isEqualTo(400);
        }
    }

    @Test
    void rewindsWithSingleTracks() throws Exception {
        try (var past = new PublishedPast(edge.kafka(), "live/wspast", System.currentTimeMillis() - 100_000)) {
            past.session(Records.AVC_RECORD, 5_000);
            for (int i = 0; i < 20; i++) {
                past.group();
            }
            past.tell(StreamEntry.State.LIVE);
            edge.awaitKnown("live/wspast");
            String range = "?start=" + Instant.ofEpochMilli(past.frames.get(40).programDateTimeMs()) + "&end="
                    + Instant.ofEpochMilli(past.frames.get(80).programDateTimeMs());
            try (var response = edge.flv("/live/wspast.flv" + range);
                    var socket = edge.ws("/live/wspast.flv" + range)) {
                for (FlvTag tag = response.next(); tag != null; tag = response.next()) {
                    assertThat(socket.next()).isEqualTo(tag);
                }
                assertThat(socket.closed()).isEqualTo(1000);
                assertThat(socket.hasNext()).isFalse();
            }
            try (var picture = edge.flv("/live/wspast.flv" + range + "&audio=0")) {
                assertThat(picture.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                for (FlvTag tag = picture.next(); tag != null; tag = picture.next()) {
                    assertThat(tag.type()).isEqualTo(FlvTag.Type.VIDEO);
                }
            }
        }
    }

    @Test
    void refusesBeforeHandshake() {
        assertThatThrownBy(() -> edge.ws("/live/never.flv?start=-1h"))
                .isInstanceOf(CompletionException.class).cause().isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        refused -> assertThat(refused.getResponse().statusCode()).isEqualTo(404));
    }

    @Test
    void disconnectsViewersOnRequestAndAtShutdown() throws Exception {
        EdgeService other = edge.another();
        try (var _ = new LiveStream(edge, "live/kick"); var _ = new LiveStream(edge, "live/stay")) {
            TestEdge.await(() -> edge.get(other, "/api/v1/streams/live/kick").statusCode() == 200);
            TestEdge.await(() -> edge.get(other, "/api/v1/streams/live/stay").statusCode() == 200);
            try (var one = edge.ws(other.port(), "/live/kick.flv");
                    var two = edge.ws(other.port(), "/live/stay.flv")) {
                one.next();
                two.next();
                AdminRoutes admin = AdminRoutes.of(other.admin());
                String listed = admin
                        .answer("GET", "/api/v1/viewers", Map.of("stream", "live/kick", "limit", "1")).orElseThrow()
                        .json();
                assertThat(listed).contains("\"protocol\":\"ws\"", "\"address\":\"127.0.0.1:", "Java-http-client");
                String id = listed.replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
                assertThat(admin.answer("DELETE", "/api/v1/viewers/" + id, Map.of()).orElseThrow().status())
                        .isEqualTo(204);
                assertThat(one.closed()).isEqualTo(1008);
                other.close();
                assertThat(two.closed()).isEqualTo(1001);
            }
        } finally {
            other.close();
        }
    }

    /** Reads up to the frame with this name. */
    private static FlvTag last(HttpFlvViewer viewer, int name) throws IOException {
        FlvTag tag = viewer.next();
        while (tag.type() != FlvTag.Type.VIDEO || frame(tag) != name) {
            tag = viewer.next();
        }
        return tag;
    }

    private static String text(FlvTag tag) {
        byte[] bytes = new byte[tag.body().remaining()];
        tag.body().duplicate().get(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static int frame(FlvTag tag) {
        assertThat(tag.type()).isEqualTo(FlvTag.Type.VIDEO);
        return tag.body().get(tag.body().limit() - 1);
    }
}
