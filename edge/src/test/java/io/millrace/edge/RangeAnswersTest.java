package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Track;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** Responses to requests for ranges without media, for streams that have ended, and for streams without a codec for HLS. */
@SlowTest
@Timeout(120)
@ExtendWith(SharedBroker.class)
class RangeAnswersTest {
    private static final List<Track> OPUS = List
            .of(new Track(0, Packet.Kind.AUDIO, "OPUS", ByteBuffer.wrap(new byte[]{'O', 'p', 'u', 's', 'H',
                'e', 'a', 'd', 1, 2, 0, 0, (byte) 0x80, (byte) 0xbb, 0, 0, 0, 0, 0})));
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
        return EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), kafka, new SimpleMeterRegistry(),
                (_, cause) -> FATAL.set(cause));
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50)).until(condition);
    }

    private static void known(EdgeService edge, String stream, String state) {
        await(() -> player.get(edge, "/api/v1/streams/" + stream).body().contains("\"state\":\"" + state));
    }

    @Test
    void endedStreamPlaysFromItsBeginning() throws Exception {
        KafkaClients kafka = broker.clients("range.ended.");
        long startMs = System.currentTimeMillis() - 3_600_000;
        try (var log = new IndexedPast(kafka, "live/show", 0); EdgeService edge = edge(kafka)) {
            log.epoch(3, startMs - 600_000).segments(20).entry(StreamEntry.State.ENDED);
            log.epoch(7, startMs).segments(200).entry(StreamEntry.State.LIVE);
            known(edge, "live/show", "live");
            String live = player.child(edge, "/live/show.m3u8");
            assertThat(live).isEqualTo("/live/show/@7/ts/index.m3u8");
            MediaPlaylist window = player.playlist(edge, live);
            assertThat(window.mediaSequence()).isGreaterThan(180);

            log.entry(StreamEntry.State.ENDED);
            await(() -> player.playlist(edge, live).ended());
            assertThat(player.playlist(edge, live).mediaSequence()).as("the media sequence never decreases")
                    .isEqualTo(window.mediaSequence());
            String all = player.child(edge, "/live/show.m3u8");
            assertThat(all).startsWith("/live/show/@7/ts/index.m3u8?start=");
            MediaPlaylist whole = player.playlist(edge, all);
            assertThat(whole.ended()).isTrue();
            assertThat(whole.mediaSequence()).isZero();
            assertThat(whole.segments()).hasSize(200);
            player.playsAll(edge, all, whole.segments().subList(0, 3));
        }
    }

    @Test
    void rangeWithoutMediaIsNotFoundImmediately() throws Exception {
        KafkaClients kafka = broker.clients("range.never.");
        long startMs = System.currentTimeMillis() - 600_000;
        try (var log = new IndexedPast(kafka, "live/show", 0); EdgeService edge = edge(kafka)) {
            log.epoch(5, startMs).segments(300).entry(StreamEntry.State.LIVE);
            known(edge, "live/show", "live");
            String before = "start=" + time(startMs - 7_200_000) + "&end=" + time(startMs - 3_600_000);
            String after = "start=" + time(System.currentTimeMillis() + 3_600_000);
            for (String target : List.of("/live/show.m3u8?" + before, "/live/show/@5/ts/index.m3u8?" + before,
                    "/live/show.flv?" + before, "/live/show.m3u8?" + after, "/live/show/@5/ts/index.m3u8?" + after,
                    "/live/show.flv?" + after)) {
                HttpResponse<String> answer = player.get(edge, target);
                assertThat(answer.statusCode()).as(target).isEqualTo(404);
                assertThat(answer.body()).as(target).contains("\"nothing_to_show\"");
            }
            assertThat(player.get(edge, "/live/show.m3u8?start=" + time(startMs - 7_200_000)).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void reportsCodecNotInHlsImmediately() throws Exception {
        KafkaClients kafka = broker.clients("range.opus.");
        try (var log = new LogWriter(kafka, "live/opus"); EdgeService edge = edge(kafka)) {
            log.write(Topic.STREAMS, Records.entry("live/opus", 5, StreamEntry.State.LIVE, OPUS, 0, 12));
            known(edge, "live/opus", "live");
            for (String target : List.of("/live/opus.m3u8", "/live/opus/@5/ts/index.m3u8", "/live/opus.m3u8?start=-5m",
                    "/live/opus.m3u8?delay=5m", "/live/opus/@5/ts/index.m3u8?start=2026-01-01T00:00:00Z")) {
                HttpResponse<String> answer = player.get(edge, target);
                assertThat(answer.statusCode()).as(target).isEqualTo(404);
                assertThat(answer.body()).as(target).contains("\"codec_not_in_hls\"", "(Opus)",
                        "\"watchAt\":\"/live/opus.flv\"");
            }
            log.write(Topic.STREAMS, Records.entry("live/opus", 5, StreamEntry.State.ENDED, OPUS, 0, 12));
            known(edge, "live/opus", "ended");
            for (String target : List.of("/live/opus.m3u8", "/live/opus/@5/ts/index.m3u8")) {
                HttpResponse<String> answer = player.get(edge, target);
                assertThat(answer.statusCode()).as(target).isEqualTo(404);
                assertThat(answer.body()).as(target).contains("\"codec_not_in_hls\"", "millrace export")
                        .doesNotContain("watchAt");
            }
        }
    }
}
