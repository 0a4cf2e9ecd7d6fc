package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** A whole edge against a real broker; the records are those that the other stages write. */
@Timeout(60)
class EdgeServiceTest {
    @TempDir
    static Path dir;
    private static final AtomicReference<Throwable> FATAL = new AtomicReference<>();
    private static TestBroker broker;
    private static EdgeService edge;
    private static HttpClient http;

    @BeforeAll
    static void start() throws Exception {
        broker = new TestBroker(dir);
        edge = service();
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        edge.close();
        broker.close();
        assertThat(FATAL.get()).isNull();
    }

    private static EdgeService service() {
        return EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), broker.clients(),
                new SimpleMeterRegistry(), (_, cause) -> FATAL.set(cause));
    }

    @Test
    void showsSegmentsThatWereWrittenBeforeAndAfterTheFirstViewerCame() throws Exception {
        try (var log = new LogWriter(broker.clients(), "live/hls")) {
            log.segment(17, 0, -1);
            log.segment(17, 1, -1);
            log.write(Topic.STREAMS, Fixtures.entry("live/hls", 17, StreamEntry.State.LIVE));
            await(() -> get("/api/v1/streams/live/hls").statusCode() == 200);
            HttpResponse<String> multivariant = get("/live/hls.m3u8");
            assertThat(multivariant.statusCode()).as(multivariant.body()).isEqualTo(200);
            assertThat(multivariant.body()).contains("hls/@17/ts/index.m3u8", "CODECS=\"avc1.64001f,mp4a.40.2\"",
                    "RESOLUTION=640x360");
            assertThat(get("/live/hls/@17/ts/index.m3u8").body()).contains("#EXT-X-MEDIA-SEQUENCE:0", "\n1.ts\n")
                    .doesNotContain("2.ts", "ENDLIST");
            log.segment(17, 2, -1);
            await(() -> get("/live/hls/@17/ts/index.m3u8").body().contains("\n2.ts\n"));
            assertThat(get("/live/hls/@17/ts/2.ts").body()).isEqualTo(text(17, 2));
            assertThat(get("/live/hls/@17/ts/3.ts").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void everyEdgeSaysTheSameWhereverItBeganToRead() throws Exception {
        try (var log = new LogWriter(broker.clients(), "live/same")) {
            log.write(Topic.STREAMS, Fixtures.entry("live/same", 3, StreamEntry.State.LIVE));
            log.segment(3, 0, -1);
            await(() -> get("/live/same/@3/ts/index.m3u8").statusCode() == 200);
            for (int segment = 1; segment < 20; segment++) {
                log.segment(3, segment, -1);
            }
            await(() -> get("/live/same/@3/ts/index.m3u8").body().contains("\n19.ts\n"));
            try (EdgeService other = service()) {
                String here = get("/live/same/@3/ts/index.m3u8").body();
                assertThat(get(other, "/live/same/@3/ts/index.m3u8").body()).isEqualTo(here);
                assertThat(get(other, "/live/same.m3u8").body()).isEqualTo(get("/live/same.m3u8").body());
                assertThat(here).contains("#EXT-X-MEDIA-SEQUENCE:14");
                assertThat(get(other, "/live/same/@3/ts/1.ts").body()).as("long out of the window")
                        .isEqualTo(text(3, 1));
            }
        }
    }

    @Test
    void holdsTheFirstRequestUntilThereIsSomethingToShow() throws Exception {
        try (var log = new LogWriter(broker.clients(), "live/early")) {
            log.write(Topic.STREAMS, Fixtures.entry("live/early", 5, StreamEntry.State.LIVE));
            await(() -> get("/api/v1/streams/live/early").statusCode() == 200);
            var held = http.sendAsync(request(edge, "/live/early.m3u8"), HttpResponse.BodyHandlers.ofString());
            assertThat(get("/live/early/@5/ts/0.ts").statusCode()).isEqualTo(404);
            assertThat(held).isNotDone();
            log.segment(5, 0, -1);
            assertThat(held.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void endsThePlaylistOnceTheEpochIsOver() throws Exception {
        try (var log = new LogWriter(broker.clients(), "live/over")) {
            log.segment(9, 0, -1);
            log.write(Topic.STREAMS, Fixtures.entry("live/over", 9, StreamEntry.State.LIVE));
            await(() -> get("/live/over/@9/ts/index.m3u8").statusCode() == 200);
            assertThat(get("/live/over/@9/ts/index.m3u8").body()).doesNotContain("ENDLIST");
            log.write(Topic.STREAMS, Fixtures.entry("live/over", 9, StreamEntry.State.ENDED));
            await(() -> get("/live/over/@9/ts/index.m3u8").body().endsWith("#EXT-X-ENDLIST\n"));
            assertThat(get("/live/over.flv").statusCode()).isEqualTo(404);
            try (EdgeService other = service()) {
                assertThat(get(other, "/live/over/@9/ts/index.m3u8").body()).endsWith("#EXT-X-ENDLIST\n");
            }
            log.tombstone(9);
            await(() -> get("/live/over.m3u8").statusCode() == 410);
            assertThat(get("/live/over.m3u8").body()).contains("\"code\":\"expired\"", "availableFrom");
            assertThat(get("/live/over.flv").statusCode()).isEqualTo(410);
        }
    }

    @Test
    void tellsWhatWasNeverThere() throws Exception {
        assertThat(get("/live/never.m3u8").statusCode()).isEqualTo(404);
        assertThat(get("/live/never.flv").body()).contains("\"error\":{\"code\":\"stream_not_found\"");
        assertThat(get("/live/never/@1/ts/index.m3u8").statusCode()).isEqualTo(404);
    }

    @Test
    void startsFlvAtTheLatestKeyframeAndGoesOnLive() throws Exception {
        try (var log = new LogWriter(broker.clients(), "live/flv")) {
            long session = log.session();
            log.write(Topic.PACKETS, Fixtures.videoConfig(session, 0, Fixtures.AVC_RECORD));
            log.write(Topic.PACKETS, Fixtures.audioConfig(session, 1, Fixtures.AAC_RECORD));
            long first = log.write(Topic.PACKETS, Fixtures.video(session, 2, 1_000, true, 1));
            log.write(Topic.PACKETS, Fixtures.video(session, 3, 1_040, false, 2));
            long second = log.write(Topic.PACKETS, Fixtures.video(session, 4, 3_000, true, 3));
            log.write(Topic.PACKETS, Fixtures.audio(session, 5, 3_010));
            log.write(Topic.INDEX, new Fixtures.PartSpec(session, 0).keyframe(first).part(0, true, 0));
            log.write(Topic.STREAMS,
                    Fixtures.entry("live/flv", session, StreamEntry.State.LIVE, Fixtures.TRACKS, first - 2));
            await(() -> get("/api/v1/streams/live/flv").statusCode() == 200);
            try (var viewer = new FlvClient(http, request(edge, "/live/flv.flv"))) {
                assertThat(viewer.headers().firstValue("Content-Type")).contains("video/x-flv");
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                assertThat(viewer.next().body().get(1)).as("AVC sequence header").isEqualTo((byte) 0);
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.AUDIO);
                assertThat(frame(viewer.next())).as("the latest keyframe, not the indexed one").isEqualTo(3);
                FlvTag audio = viewer.next();
                assertThat(audio.type()).isEqualTo(FlvTag.Type.AUDIO);
                log.write(Topic.PACKETS, Fixtures.video(session, 6, 3_040, false, 4));
                FlvTag live = viewer.next();
                assertThat(frame(live)).isEqualTo(4);
                assertThat(live.timestampMs() - audio.timestampMs()).isEqualTo(30);
                log.write(Topic.PACKETS, new SessionEnded(session, 1, SessionEnded.Reason.UNPUBLISHED, ""));
                log.write(Topic.PACKETS, new GraceOver(session, 2));
                assertThat(viewer.next()).as("end of the epoch").isNull();
            }
            assertThat(second).isGreaterThan(first);
        }
    }

    @Test
    void keepsFlvViewersWhenThePublisherComesBack() throws Exception {
        try (var log = new LogWriter(broker.clients(), "live/back")) {
            long session = log.session();
            log.write(Topic.PACKETS, Fixtures.videoConfig(session, 0, Fixtures.AVC_RECORD));
            long first = log.write(Topic.PACKETS, Fixtures.video(session, 1, 5_000, true, 1));
            log.write(Topic.STREAMS, Fixtures.entry("live/back", session, StreamEntry.State.LIVE,
                    List.of(Fixtures.TRACKS.getFirst()), first - 1));
            await(() -> get("/api/v1/streams/live/back").statusCode() == 200);
            try (var viewer = new FlvClient(http, request(edge, "/live/back.flv"))) {
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                viewer.next();
                FlvTag before = viewer.next();
                assertThat(frame(before)).isEqualTo(1);
                log.write(Topic.PACKETS, new SessionEnded(session, 1, SessionEnded.Reason.DISCONNECTED, ""));
                long again = log.session();
                log.write(Topic.PACKETS, Fixtures.videoConfig(again, 0, Fixtures.AVC_RECORD));
                log.write(Topic.PACKETS, Fixtures.video(again, 1, 900_000, true, 2));
                FlvTag after = viewer.next();
                assertThat(frame(after)).isEqualTo(2);
                assertThat(after.timestampMs()).isBetween(before.timestampMs() + 1, before.timestampMs() + 1_000);
            }
        }
    }

    private static int frame(FlvTag tag) {
        assertThat(tag.type()).isEqualTo(FlvTag.Type.VIDEO);
        return tag.body().get(tag.body().limit() - 1);
    }

    private static String text(long epoch, long segment) {
        return new String(LogWriter.bytes(epoch, segment, 0), StandardCharsets.US_ASCII)
                + new String(LogWriter.bytes(epoch, segment, 1), StandardCharsets.US_ASCII);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).until(condition::holds);
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return get(edge, path);
    }

    private static HttpResponse<String> get(EdgeService edge, String path) throws IOException, InterruptedException {
        return http.send(request(edge, path), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(EdgeService edge, String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + path)).build();
    }
}
