package io.millrace.edge;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.GraceOver;
import io.millrace.platform.log.IngestNode;
import io.millrace.platform.log.SessionEnded;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** A complete edge on a real broker; the test writes the records of the other stages. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class EdgeServiceTest {
    @AutoClose
    private static TestEdge edge;

    @BeforeAll
    static void start(TestBroker broker) {
        edge = new TestEdge(broker.clients("service."));
    }

    @Test
    void listsSegmentsFromBeforeAndAfterFirstViewer() throws Exception {
        try (var log = edge.log("live/hls")) {
            log.segment(17, 0, -1);
            log.segment(17, 1, -1);
            log.write(Topic.STREAMS, Records.entry("live/hls", 17, StreamEntry.State.LIVE));
            edge.awaitKnown("live/hls");
            HttpResponse<String> multivariant = edge.get("/live/hls.m3u8");
            assertThat(multivariant.statusCode()).as(multivariant.body()).isEqualTo(200);
            assertThat(multivariant.body()).contains("hls/@17/ts/index.m3u8", "CODECS=\"avc1.64001f,mp4a.40.2\"",
                    "RESOLUTION=640x360");
            assertThat(edge.get("/live/hls/@17/ts/index.m3u8").body()).contains("#EXT-X-MEDIA-SEQUENCE:0", "\n1.ts\n")
                    .doesNotContain("2.ts", "ENDLIST");
            log.segment(17, 2, -1);
            TestEdge.await(() -> edge.get("/live/hls/@17/ts/index.m3u8").body().contains("\n2.ts\n"));
            assertThat(edge.get("/live/hls/@17/ts/2.ts").body()).isEqualTo(text(17, 2));
            assertThat(edge.get("/live/hls/@17/ts/3.ts").statusCode()).isEqualTo(404);
        }
    }

    /** How old an announcement is, is judged by the broker's clock. */
    @Test
    void listsIngestNodesWhateverTheirClocks() throws Exception {
        try (var log = edge.log("live/none")) {
            Instant now = Instant.now();
            log.announce(new IngestNode("n1", new IngestNode.Address(null, 1935), null, false),
                    now.minus(IngestNode.VALID).minusSeconds(1));
            log.announce(new IngestNode("n2", null, new IngestNode.Address("live.example.com", 443), true), now);
            String n1 = """
                    {"node":"%s","rtmp":{"host":null,"port":1935},"rtmps":null,"keyRequired":false}"""
                    .formatted(hash("n1"));
            String n2 = """
                    {"node":"%s","rtmp":null,"rtmps":{"host":"live.example.com","port":443},"keyRequired":true}"""
                    .formatted(hash("n2"));
            TestEdge.await(() -> edge.get("/api/v1/ingest").body().contains("live.example.com"));
            assertThat(edge.get("/api/v1/ingest").body()).isEqualTo("{\"ingest\":[" + n1 + "," + n2 + "]}");
            log.withdraw("n1");
            TestEdge.await(() -> edge.get("/api/v1/ingest").body().equals("{\"ingest\":[" + n2 + "]}"));
        }
    }

    @Test
    void edgesAgreeRegardlessOfStartOffset() throws Exception {
        try (var log = edge.log("live/same")) {
            log.write(Topic.STREAMS, Records.entry("live/same", 3, StreamEntry.State.LIVE));
            log.segment(3, 0, -1);
            TestEdge.await(() -> edge.get("/live/same/@3/ts/index.m3u8").statusCode() == 200);
            for (int segment = 1; segment < 20; segment++) {
                log.segment(3, segment, -1);
            }
            TestEdge.await(() -> edge.get("/live/same/@3/ts/index.m3u8").body().contains("\n19.ts\n"));
            try (EdgeService other = edge.another()) {
                String here = edge.get("/live/same/@3/ts/index.m3u8").body();
                assertThat(edge.get(other, "/live/same/@3/ts/index.m3u8").body()).isEqualTo(here);
                assertThat(edge.get(other, "/live/same.m3u8").body()).isEqualTo(edge.get("/live/same.m3u8").body());
                assertThat(here).contains("#EXT-X-MEDIA-SEQUENCE:14");
                assertThat(edge.get(other, "/live/same/@3/ts/1.ts").body())
                        .as("a segment that left the window long ago")
                        .isEqualTo(text(3, 1));
            }
        }
    }

    @Test
    void holdsFirstRequestUntilMediaExists() throws Exception {
        try (var log = edge.log("live/early")) {
            log.write(Topic.STREAMS, Records.entry("live/early", 5, StreamEntry.State.LIVE));
            edge.awaitKnown("live/early");
            var held = edge.http.sendAsync(edge.request("/live/early.m3u8"), HttpResponse.BodyHandlers.ofString());
            assertThat(edge.get("/live/early/@5/ts/0.ts").statusCode()).isEqualTo(404);
            assertThat(held).isNotDone();
            log.segment(5, 0, -1);
            assertThat(held.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void endsPlaylistWhenEpochIsOver() throws Exception {
        try (var log = edge.log("live/over")) {
            log.segment(9, 0, -1);
            log.write(Topic.STREAMS, Records.entry("live/over", 9, StreamEntry.State.LIVE));
            TestEdge.await(() -> edge.get("/live/over/@9/ts/index.m3u8").statusCode() == 200);
            assertThat(edge.get("/live/over/@9/ts/index.m3u8").body()).doesNotContain("ENDLIST");
            log.write(Topic.STREAMS,
                    Records.entry("live/over", 9, StreamEntry.State.ENDED, Records.TRACKS, 0, 0));
            TestEdge.await(() -> edge.get("/live/over/@9/ts/index.m3u8").body().endsWith("#EXT-X-ENDLIST\n"));
            assertThat(edge.get("/live/over.flv").statusCode()).isEqualTo(404);
            try (EdgeService other = edge.another()) {
                assertThat(edge.get(other, "/live/over/@9/ts/index.m3u8").body()).endsWith("#EXT-X-ENDLIST\n");
            }
            log.expire(9);
            TestEdge.await(() -> edge.get("/live/over.m3u8").statusCode() == 410);
            // According to the directory, nothing is retained, so there is no time from which the stream is available.
            assertThat(edge.get("/live/over.m3u8").body()).contains("\"code\":\"expired\"")
                    .doesNotContain("availableFrom");
            assertThat(edge.get("/live/over.flv").statusCode()).isEqualTo(410);
        }
    }

    @Test
    void reportsUnknownStreams() throws Exception {
        var held = Stream.of("/live/never.m3u8", "/live/never.flv", "/live/never/@1/ts/index.m3u8")
                .map(path -> edge.http.sendAsync(edge.request(path), HttpResponse.BodyHandlers.ofString())).toList();
        TestEdge.await(() -> edge.service.awaitedStreams() == held.size());
        edge.clock.pass(Duration.ofMillis(StreamDirectory.ARRIVAL_MS));
        for (var response : held) {
            assertThat(response.get().statusCode()).isEqualTo(404);
            assertThat(response.get().body()).contains("\"error\":{\"code\":\"stream_not_found\"");
        }
    }

    @Test
    void holdsViewerUntilDirectoryKnowsStream() throws Exception {
        var playlist = edge.http.sendAsync(edge.request("/live/news.m3u8"), HttpResponse.BodyHandlers.ofString());
        try (RtmpClient player = edge.rtmp("live/news");
                ExecutorService reader = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> media = reader.submit(player::media);
            TestEdge.await(() -> edge.service.heldPlayers() == 1 && edge.service.awaitedStreams() == 2);
            assertThat(playlist).isNotDone();
            try (var live = new LiveStream(edge, "live/news"); var log = edge.log("live/news")) {
                assertThat(media.get()).isNotNull();
                log.segment(live.session(), 0, -1);
                assertThat(playlist.get().statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void startsFlvAtLatestKeyframe() throws Exception {
        try (var log = edge.log("live/flv")) {
            long session = log.session();
            log.write(Topic.PACKETS, Records.videoConfig(session, 0, Records.AVC_RECORD));
            log.write(Topic.PACKETS, Records.audioConfig(session, 1, Records.AAC_RECORD));
            long first = log.write(Topic.PACKETS, Records.video(session, 2, 1_000, true, 1));
            log.write(Topic.PACKETS, Records.video(session, 3, 1_040, false, 2));
            long second = log.write(Topic.PACKETS, Records.video(session, 4, 3_000, true, 3));
            log.write(Topic.PACKETS, Records.audio(session, 5, 3_010));
            log.write(Topic.INDEX, new Records.PartSpec(session, 0).keyframe(first).part(0, true, 0));
            log.write(Topic.STREAMS,
                    Records.entry("live/flv", session, StreamEntry.State.LIVE, Records.TRACKS, first - 2));
            edge.awaitKnown("live/flv");
            try (var viewer = edge.flv("/live/flv.flv")) {
                assertThat(viewer.headers().firstValue("Content-Type")).contains("video/x-flv");
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                assertThat(viewer.next().body().get(1)).as("AVC sequence header").isEqualTo((byte) 0);
                assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.AUDIO);
                assertThat(frame(viewer.next())).as("the latest keyframe, not the indexed one").isEqualTo(3);
                FlvTag audio = viewer.next();
                assertThat(audio.type()).isEqualTo(FlvTag.Type.AUDIO);
                log.write(Topic.PACKETS, Records.video(session, 6, 3_040, false, 4));
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
    void keepsFlvViewersWhenPublisherReturns() throws Exception {
        try (var live = new LiveStream(edge, "live/back"); var viewer = edge.flv("/live/back.flv")) {
            assertThat(viewer.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
            viewer.next();
            viewer.next();
            FlvTag before = viewer.next();
            assertThat(frame(before)).isEqualTo(3);
            live.away();
            live.again();
            live.video(900_000, true, 4);
            FlvTag after = viewer.next();
            assertThat(frame(after)).isEqualTo(4);
            assertThat(after.timestampMs()).isBetween(before.timestampMs() + 1, before.timestampMs() + 1_000);
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

    /** Computed by coreutils: {@code printf %s n1 | sha256sum}. */
    private static String hash(String node) {
        return Map.of("n1", "676b", "n2", "0480").get(node);
    }
}
