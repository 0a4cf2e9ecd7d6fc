package io.millrace.edge.http;

import io.millrace.edge.fanout.FlvSink;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.net.ProxySources;
import io.millrace.testkit.Records.PartSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.millrace.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

/** Every output over HTTP/2 without TLS, at a real listener. */
@Timeout(180)
class Http2Test {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final HttpLimits LIMITS = new HttpLimits(LIMIT, LIMIT, LIMIT, 64, 64, 8_192, 8_192, 100);
    private static final String PLAYLIST = "/live/show/@17/ts/index.m3u8";
    private static final String SEGMENT = "/live/show/@17/ts/3.ts";
    private static final String HELD = "/live/low/@19/video0/index.m3u8?_HLS_msn=4&_HLS_part=1";
    private static final List<RenditionId> BOTH = Stream.of(Packet.Kind.VIDEO, Packet.Kind.AUDIO)
            .map(kind -> RenditionId.cmaf(new TrackId(kind, 0))).toList();

    private MemoryEdge edge;

    @BeforeEach
    void start() {
        edge = new MemoryEdge(LIMITS, ProxySources.NONE, FamiliarUrls.NONE);
    }

    @AfterEach
    void stop() {
        edge.close();
    }

    @Test
    void servesPlaylistsSegmentsAndApi() throws Exception {
        try (var http = new RawHttp2(edge.port)) {
            RawHttp2.Response playlist = http.response(http.get(PLAYLIST));
            assertThat(playlist.status()).isEqualTo(200);
            assertThat(playlist.body()).startsWith("#EXTM3U");
            assertThat(playlist.headers()).containsEntry("server", "Millrace")
                    .containsEntry("content-length", Integer.toString(playlist.body().length()))
                    .doesNotContainKeys("connection", "transfer-encoding");
            assertThat(http.response(http.get(SEGMENT)).body()).isEqualTo("part 01006part 01007");
            assertThat(http.response(http.get(SEGMENT, "range", "bytes=2-5")).body()).isEqualTo("rt 0");
            assertThat(http.response(http.get("/api/v1/streams/live/show")).body()).contains("\"name\":\"live/show\"");
            assertThat(http.response(http.get("/live/never.m3u8?start=-1h")).status()).isEqualTo(404);
            assertThat(http.response(http.get("/", "host", "edge")).status()).as("an equal Host").isEqualTo(200);
            http.get("/", "host", "other");
            assertThat(http.await(RawHttp2.RST_STREAM).number(0)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
            http.send(RawHttp2.block(List.of(":method", "GET", ":scheme", "http")), RawHttp2.END_STREAM);
            assertThat(http.await(RawHttp2.RST_STREAM).number(0)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
            assertThat(http.response(http.get(PLAYLIST)).status()).isEqualTo(200);
        }
        await().until(() -> edge.requestBytes() == 0);
    }

    @Test
    void answersWithLongBodyInPieces() throws Exception {
        String path = "/assets/vendor/hls.min.js";
        try (var http = new RawHttp2(edge.port); var old = new RawHttp(edge.port)) {
            String body = http.response(http.get(path)).body();
            assertThat(body).hasSizeGreaterThan(2 * Http2Stream.PIECE_BYTES).isEqualTo(old.get(path).read().body());
        }
    }

    @Test
    void answersHeadWithoutBody() throws Exception {
        try (var http = new RawHttp2(edge.port)) {
            for (String path : List.of(PLAYLIST, "/assets/vendor/hls.min.js", "/live/show.flv")) {
                RawHttp2.Response head = http.response(
                        http.send(RawHttp2.block(RawHttp2.request("HEAD", path)), RawHttp2.END_STREAM));
                assertThat(head.status()).isEqualTo(200);
                assertThat(head.body()).isEmpty();
            }
        }
    }

    /** The client may not send its body at all, and is told that it need not. */
    @Test
    void answersRequestWithBodyWithoutReadingIt() throws Exception {
        try (var http = new RawHttp2(edge.port)) {
            RawHttp2.Frame settings = http.await(RawHttp2.SETTINGS);
            assertThat(settings.payload()).as("SETTINGS_INITIAL_WINDOW_SIZE 0")
                    .containsSubsequence(0, RawHttp2.SETTINGS_INITIAL_WINDOW_SIZE, 0, 0, 0, 0);
            http.frame(RawHttp2.SETTINGS, RawHttp2.ACK, 0);
            int post = http.send(RawHttp2.block(RawHttp2.request("POST", PLAYLIST)), 0);
            assertThat(http.response(post).status()).isEqualTo(405);
            RawHttp2.Frame reset = http.await(RawHttp2.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(post);
            assertThat(reset.number(0)).isEqualTo(RawHttp2.NO_ERROR);
            assertThat(http.response(http.get(PLAYLIST)).status()).as("the connection remains").isEqualTo(200);
        }
    }

    @Test
    void upgradesFromHttp11() throws Exception {
        try (RawHttp2 http = RawHttp2.silent(edge.port)) {
            String settings = Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[]{0, 4, 0, 1, 0, 0});
            http.bytes(("GET " + PLAYLIST + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                    + "Upgrade: h2c\r\nHTTP2-Settings: " + settings + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            assertThat(http.line()).isEqualTo("HTTP/1.1 101 Switching Protocols");
            while (!http.line().isEmpty()) {
                // The other headers.
            }
            http.preface();
            assertThat(http.response(1).body()).startsWith("#EXTM3U");
            http.skipUpgradedStream();
            assertThat(http.response(http.get(SEGMENT)).body()).isEqualTo("part 01006part 01007");
        }
        await().until(() -> edge.requestBytes() == 0);
    }

    @Test
    void answersMalformedUpgradeByHttp11() throws Exception {
        try (var http = new RawHttp(edge.port)) {
            assertThat(http.get(PLAYLIST, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AA")
                    .read().status()).isEqualTo(200);
            assertThat(http.get(PLAYLIST, "Connection: Upgrade", "Upgrade: h2c").read().status()).isEqualTo(200);
            assertThat(http.get(PLAYLIST).read().status()).isEqualTo(200);
        }
    }

    private FlvSink watch(RawHttp2 http, List<Integer> streams) throws IOException {
        int before = edge.log.sinks.size();
        streams.add(http.get("/live/show.flv"));
        await().until(() -> edge.log.sinks.size() > before);
        FlvSink sink = edge.log.sinks.get(before);
        sink.loop().execute(() -> {
            sink.start(() -> {});
            sink.send("first".getBytes(StandardCharsets.US_ASCII));
        });
        return sink;
    }

    @Test
    void sendsFlvUntilItEnds() throws Exception {
        try (var http = new RawHttp2(edge.port)) {
            List<Integer> streams = new ArrayList<>();
            FlvSink sink = watch(http, streams);
            http.await(RawHttp2.HEADERS);
            assertThat(http.headers().get("content-type")).hasToString("video/x-flv");
            assertThat(http.await(RawHttp2.DATA).payload()).asString().isEqualTo("first");
            assertThat(http.response(http.get(PLAYLIST)).status()).as("beside the stream").isEqualTo(200);
            sink.loop().execute(() -> {
                sink.send("last".getBytes(StandardCharsets.US_ASCII));
                sink.end();
            });
            assertThat(http.await(RawHttp2.DATA).payload()).asString().isEqualTo("last");
            assertThat(http.read().ends()).isTrue();
            await().until(() -> edge.log.sinks.isEmpty());
        }
    }

    @Test
    void forgetsFlvViewerThatCancels() throws Exception {
        try (var http = new RawHttp2(edge.port)) {
            List<Integer> streams = new ArrayList<>();
            watch(http, streams);
            watch(http, streams);
            http.reset(streams.getFirst());
            await().until(() -> edge.log.sinks.size() == 1);
            assertThat(http.response(http.get(PLAYLIST)).status()).isEqualTo(200);
        }
        await().until(() -> edge.log.sinks.isEmpty());
    }

    /** The viewer must not take this for the end of the stream. */
    @Test
    void resetsFlvOfViewerThatIsTooSlow() throws Exception {
        try (var http = new RawHttp2(edge.port)) {
            List<Integer> streams = new ArrayList<>();
            FlvSink sink = watch(http, streams);
            sink.loop().execute(sink::tooSlow);
            RawHttp2.Frame reset = http.await(RawHttp2.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(streams.getFirst());
            assertThat(http.response(http.get(PLAYLIST)).status()).isEqualTo(200);
        }
    }

    private void part(long segment, int part) {
        List<IndexedPart> records = new ArrayList<>();
        for (RenditionId rendition : BOTH) {
            records.add(new PartSpec(MemoryEdge.LOW.epoch(), segment).of(rendition).durationTicks(90_000).part(part,
                    part == 1, MemoryLog.PARTS_BEGIN + 2 * segment + part));
        }
        edge.log.records(MemoryEdge.LOW, records);
    }

    @Test
    void answersHeldRequestsAndForgetsThoseThatAreCancelled() throws Exception {
        for (int part = 0; part < 9; part++) {
            part(part / 2, part % 2);
        }
        try (var http = new RawHttp2(edge.port)) {
            int first = http.get(HELD);
            int second = http.get(HELD);
            // The connection has a timer, and each held request one for its time limit.
            await().until(() -> edge.clock.alarms() == 3);
            http.reset(first);
            await().until(() -> edge.clock.alarms() == 2);
            part(4, 1);
            assertThat(http.response(second).body()).contains("\n4.m4s\n");
            assertThat(edge.clock.alarms()).isEqualTo(1);
        }
    }

    @Test
    void drainAnswersHeldRequestsAndSaysGoaway() throws Exception {
        try (var http = new RawHttp2(edge.port); var idle = new RawHttp2(edge.port)) {
            assertThat(idle.response(idle.get(PLAYLIST)).status()).isEqualTo(200);
            int held = http.get("/live/new.m3u8");
            await().until(() -> edge.log.watched.contains("live/new"));
            edge.drain();
            assertThat(http.response(held).status()).isEqualTo(404);
            assertThat(http.awaitClose()).isEqualTo(-1);
            assertThat(idle.awaitClose()).isEqualTo(RawHttp2.NO_ERROR);
        }
    }

    @Test
    void shutdownEndsFlv() throws Exception {
        try (var http = new RawHttp2(edge.port)) {
            watch(http, new ArrayList<>());
            http.await(RawHttp2.DATA);
            edge.close();
            assertThat(http.read().ends()).isTrue();
        }
    }
}
