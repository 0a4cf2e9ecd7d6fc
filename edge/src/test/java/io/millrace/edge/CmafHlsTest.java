package io.millrace.edge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.http.ManualClock;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaSegment;
import io.millrace.media.m3u8.MultivariantPlaylist;
import io.millrace.media.m3u8.MultivariantPlaylistReader;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.millrace.edge.IndexedPast.SEGMENT_MS;
import static org.assertj.core.api.Assertions.assertThat;

/** HLS over CMAF, served by a whole edge with a real broker: one video and one audio track, and the same in MPEG-TS. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class CmafHlsTest {
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final AtomicReference<Throwable> FATAL = new AtomicReference<>();
    private static TestBroker broker;
    private static HlsPlayer player;

    @BeforeAll
    static void start(TestBroker shared) {
        broker = shared;
        player = new HlsPlayer();
    }

    @AfterAll
    static void stop() {
        player.close();
        assertThat(FATAL.get()).isNull();
    }

    private static EdgeService edge(KafkaClients kafka) {
        return EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), AccessPolicy.ALLOW_ALL, kafka,
                new SimpleMeterRegistry(), (_, cause) -> FATAL.set(cause), Ticker.systemTicker(), new ManualClock());
    }

    private static IndexedPast log(KafkaClients kafka) {
        return new IndexedPast(kafka, "live/show", 0).renditions(Records.CMAF_RULES,
                List.of(VIDEO, AUDIO, RenditionId.TS));
    }

    private static void await(Callable<Boolean> condition) {
        Patience.await().until(condition);
    }

    private static void known(EdgeService edge, String state) {
        await(() -> player.get(edge, "/api/v1/streams/live/show").body().contains("\"state\":\"" + state));
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }

    private static MultivariantPlaylist variants(EdgeService edge, String target) throws Exception {
        HttpResponse<String> response = player.get(edge, target);
        assertThat(response.statusCode()).as(target + " " + response.body()).isEqualTo(200);
        return MultivariantPlaylistReader.read(response.body());
    }

    /** Loads all init sections and segments of a playlist of epoch 5 or 9. */
    private static void playsAll(EdgeService edge, RenditionId rendition, String media, List<MediaSegment> segments)
            throws Exception {
        String init = null;
        for (MediaSegment segment : segments) {
            if (segment.mapUri() != null) {
                String target = URI.create(media).resolve(segment.mapUri()).toString();
                long number = Long.parseLong(target.replaceAll(".*init-([0-9]+)\\.mp4", "$1"));
                assertThat(player.get(edge, target).body()).as(target).isEqualTo(IndexedPast.init(rendition, number));
                init = target;
            }
            assertThat(init).as("a MAP applies to " + segment.uri()).isNotNull();
            String target = URI.create(media).resolve(segment.uri()).toString();
            String[] names = target.split("[@/.]+");
            long epoch = Long.parseLong(names[names.length - 4]);
            long number = Long.parseLong(names[names.length - 2]);
            assertThat(init).contains("/@" + epoch + "/");
            assertThat(player.get(edge, target).body()).as(target)
                    .isEqualTo(IndexedPast.text(rendition, epoch, number, 0)
                            + IndexedPast.text(rendition, epoch, number, 1));
        }
    }

    @Test
    void playsLiveAndSendsFiles() throws Exception {
        KafkaClients kafka = broker.clients("cmaf.live.");
        long startMs = System.currentTimeMillis() - 600_000;
        try (var log = log(kafka); EdgeService edge = edge(kafka)) {
            log.epoch(5, startMs).segments(150).session(6, startMs + 310_000).segments(100)
                    .entry(StreamEntry.State.LIVE);
            known(edge, "live");
            MultivariantPlaylist variants = variants(edge, "/live/show.m3u8");
            assertThat(variants.variants()).singleElement().satisfies(variant -> {
                assertThat(variant.uri()).isEqualTo("show/@5/video0/index.m3u8");
                assertThat(variant.codecs()).containsExactly("avc1.64001f", "mp4a.40.2");
                assertThat(variant.audioGroup()).isEqualTo("aac");
            });
            assertThat(variants.audio()).singleElement()
                    .satisfies(audio -> assertThat(audio.uri()).isEqualTo("show/@5/audio0/index.m3u8"));
            assertThat(player.child(edge, "/live/show@ts.m3u8")).isEqualTo("/live/show/@5/ts/index.m3u8");
            for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
                String media = "/live/show/@5/" + (rendition == VIDEO ? "video0" : "audio0") + "/index.m3u8";
                MediaPlaylist window = player.playlist(edge, media);
                assertThat(window.segments().getLast().uri()).isEqualTo("249.m4s");
                assertThat(window.segments().getFirst().mapUri()).isEqualTo("init-1.mp4");
                playsAll(edge, rendition, media, window.segments());
            }
            sendsFile(edge, "/live/show/@5/video0/249.m4s", "video/mp4", IndexedPast.text(VIDEO, 5, 249, 0)
                    + IndexedPast.text(VIDEO, 5, 249, 1));
            sendsFile(edge, "/live/show/@5/video0/init-1.mp4", "video/mp4", IndexedPast.init(VIDEO, 1));
            sendsFile(edge, "/live/show/@5/audio0/init-1.mp4", "audio/mp4", IndexedPast.init(AUDIO, 1));
            sendsFile(edge, "/live/show/@5/audio0/3.m4s", "audio/mp4", IndexedPast.text(AUDIO, 5, 3, 0)
                    + IndexedPast.text(AUDIO, 5, 3, 1));
            sendsFile(edge, "/live/show/@5/audio0/init-0.mp4", "audio/mp4", IndexedPast.init(AUDIO, 0));
            for (String target : List.of("/live/show/@5/video0/init-2.mp4", "/live/show/@5/video0/250.m4s",
                    "/live/show/@5/video1/0.m4s", "/live/show/@5/video1/init-0.mp4")) {
                assertThat(player.get(edge, target).statusCode()).as(target).isEqualTo(404);
            }
            assertThat(player.get(edge, "/live/show/@5/video1/index.m3u8").body()).contains("\"track_not_found\"");
            assertThat(player.get(edge, "/api/v1/streams/live/show").body()).contains("\"outputs\":["
                    + "{\"protocol\":\"hls\",\"format\":\"cmaf\",\"url\":\"/live/show.m3u8\","
                    + "\"tracks\":[\"video0\",\"audio0\"]},"
                    + "{\"protocol\":\"hls\",\"format\":\"ts\",\"url\":\"/live/show@ts.m3u8\","
                    + "\"tracks\":[\"video0\",\"audio0\"]},"
                    + "{\"protocol\":\"dash\",\"format\":\"cmaf\",\"url\":\"/live/show.mpd\","
                    + "\"tracks\":[\"video0\",\"audio0\"]},"
                    + "{\"protocol\":\"flv\",\"format\":\"flv\",\"url\":\"/live/show.flv\","
                    + "\"tracks\":[\"video0\",\"audio0\"]}]");
        }
    }

    private static void sendsFile(EdgeService edge, String target, String type, String text) throws Exception {
        HttpResponse<String> whole = player.get(edge, target);
        assertThat(whole.statusCode()).as(target).isEqualTo(200);
        assertThat(whole.body()).as(target).isEqualTo(text);
        assertThat(whole.headers().firstValue("content-type")).as(target).contains(type);
        assertThat(whole.headers().firstValue("cache-control").orElseThrow())
                .matches("public, max-age=\\d+, immutable");
        String etag = whole.headers().firstValue("etag").orElseThrow();
        assertThat(etag).startsWith("\"" + Long.toHexString(text.length()) + "-");
        HttpResponse<String> unchanged = player.get(edge, target, "If-None-Match", etag);
        assertThat(unchanged.statusCode()).as(target).isEqualTo(304);
        HttpResponse<String> range = player.get(edge, target, "Range", "bytes=2-5");
        assertThat(range.statusCode()).as(target).isEqualTo(206);
        assertThat(range.body()).isEqualTo(text.substring(2, 6));
        assertThat(range.headers().firstValue("content-range")).contains("bytes 2-5/" + text.length());
        var head = player.http().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + target))
                .method("HEAD", HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(head.statusCode()).as(target).isEqualTo(200);
        assertThat(head.headers().firstValueAsLong("content-length")).hasValue(text.length());
    }

    @Test
    void playsRangesEquallyOnAllEdges() throws Exception {
        KafkaClients kafka = broker.clients("cmaf.range.");
        long startMs = System.currentTimeMillis() - 1_200_000;
        try (var log = log(kafka); EdgeService one = edge(kafka); EdgeService other = edge(kafka)) {
            log.epoch(5, startMs).segments(70).session(6, startMs + 150_000).segments(70)
                    .entry(StreamEntry.State.ENDED);
            log.epoch(9, startMs + 600_000).segments(100).entry(StreamEntry.State.LIVE);
            known(one, "live");
            known(other, "live");
            // In the middle of segment 10 of epoch 5, to segment 19 of epoch 9.
            String range = "start=" + time(startMs + 10 * SEGMENT_MS + 900) + "&end="
                    + time(startMs + 600_000 + 20 * SEGMENT_MS);
            MultivariantPlaylist variants = variants(one, "/live/show.m3u8?" + range);
            assertThat(player.get(other, "/live/show.m3u8?" + range).body())
                    .isEqualTo(player.get(one, "/live/show.m3u8?" + range).body());
            String video = "/live/" + variants.variants().getFirst().uri();
            String audio = "/live/" + variants.audio().getFirst().uri();
            assertThat(video).startsWith("/live/show/@5-9/video0/index.m3u8?start=");
            for (String media : List.of(video, audio)) {
                MediaPlaylist listed = player.playlist(one, media);
                assertThat(listed.mediaSequence()).as(media).isEqualTo(10);
                assertThat(listed.ended()).isTrue();
                assertThat(listed.segments()).hasSize(130 + 20);
                assertThat(listed.segments().stream().filter(each -> each.mapUri() != null).map(MediaSegment::mapUri))
                        .as("of the first segment, the second session and the second epoch")
                        .containsExactly("../../@5/" + name(media) + "/init-0.mp4",
                                "../../@5/" + name(media) + "/init-1.mp4", "../../@9/" + name(media) + "/init-0.mp4");
                assertThat(player.get(other, media).body()).isEqualTo(player.get(one, media).body());
                playsAll(one, media.equals(video) ? VIDEO : AUDIO, media, listed.segments());
            }
            String ts = player.child(one, "/live/show@ts.m3u8?" + range);
            assertThat(ts).startsWith("/live/show/@5-9/ts/index.m3u8?start=");
            assertThat(player.playlist(one, ts).segments()).hasSize(130 + 20);

            MultivariantPlaylist delayed = variants(one, "/live/show.m3u8?delay=60s");
            assertThat(delayed.variants().getFirst().uri()).isEqualTo("show/@9/video0/index.m3u8?delay=60s");
            for (RenditionId rendition : List.of(VIDEO, AUDIO)) {
                String media = "/live/show/@9/" + (rendition == VIDEO ? "video0" : "audio0") + "/index.m3u8?delay=60s";
                MediaPlaylist window = player.playlist(one, media);
                assertThat(window.segments().getLast().uri()).as(media).endsWith("/69.m4s");
                assertThat(player.get(other, media).body()).isEqualTo(player.get(one, media).body());
                playsAll(one, rendition, media, window.segments());
            }
            log.entry(StreamEntry.State.ENDED);
            known(one, "ended");
            MultivariantPlaylist whole = variants(one, "/live/show.m3u8");
            MediaPlaylist all = player.playlist(one, "/live/" + whole.audio().getFirst().uri());
            assertThat(all.segments()).hasSize(100);
            assertThat(all.ended()).isTrue();
            assertThat(player.get(one, "/live/show/@9/video0/init-0.mp4").statusCode()).isEqualTo(200);
        }
    }

    private static String name(String media) {
        return media.replaceAll(".*/(video0|audio0)/.*", "$1");
    }

    /** An init section is available as long as a segment with it is. */
    @Test
    void initSectionsExpireWithTheirSegments() throws Exception {
        KafkaClients kafka = broker.clients("cmaf.expired.");
        long startMs = System.currentTimeMillis() - 900_000;
        try (var log = log(kafka); EdgeService edge = edge(kafka); Admin admin = kafka.admin("test-expired")) {
            log.epoch(5, startMs).segments(100).session(6, startMs + 300_000).segments(100)
                    .entry(StreamEntry.State.LIVE);
            known(edge, "live");
            var parts = kafka.partition(Topic.PARTS, kafka.partitionOf("live/show"));
            // Two parts of three renditions each: of the first session, the last segment remains, then nothing.
            admin.deleteRecords(Map.of(parts, RecordsToDelete.beforeOffset(99 * 6))).all().get();
            assertThat(player.get(edge, "/live/show/@5/video0/init-0.mp4").body())
                    .isEqualTo(IndexedPast.init(VIDEO, 0));
            admin.deleteRecords(Map.of(parts, RecordsToDelete.beforeOffset(100 * 6))).all().get();
            assertThat(player.get(edge, "/live/show/@5/audio0/init-0.mp4").statusCode()).isEqualTo(410);
            assertThat(player.get(edge, "/live/show/@5/audio0/99.m4s").statusCode()).isEqualTo(410);
            assertThat(player.get(edge, "/live/show/@5/audio0/init-1.mp4").body())
                    .isEqualTo(IndexedPast.init(AUDIO, 1));
        }
    }
}
