package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaSegment;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static io.millrace.edge.IndexedPast.SEGMENT_MS;
import static org.assertj.core.api.Assertions.assertThat;

/** Delayed windows ({@code ?delay=}), served by a whole edge with a real broker. */
@SlowTest
@Timeout(120)
@ExtendWith(SharedBroker.class)
class DelayTest {
    private static final String DELAY = "/live/show.m3u8?delay=5m";
    private static final int DELAY_MS = 300_000;
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

    private static void await(Callable<Boolean> condition) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(50)).until(condition);
    }

    private static long newestMs(MediaPlaylist playlist) {
        return playlist.segments().getLast().programDateTimeMs();
    }

    @Test
    void windowCrossesEndOfEpochEquallyOnAllEdges() throws Exception {
        KafkaClients kafka = broker.clients("delay.moves.");
        long startMs = System.currentTimeMillis() - 900_000;
        try (var log = new IndexedPast(kafka, "live/show", 0); EdgeService edge = edge(kafka)) {
            log.epoch(3, startMs).segments(250).entry(StreamEntry.State.ENDED);
            long secondMs = log.timeMs() + 20_000;
            log.epoch(1_000, secondMs).segments(120).entry(StreamEntry.State.LIVE);
            await(() -> player.get(edge, "/api/v1/streams/live/show").body().contains("\"epoch\":1000"));
            assertThat(player.child(edge, DELAY)).matches("/live/show/@(3-)?1000/ts/index\\.m3u8\\?delay=300s");
            String media = "/live/show/@3-1000/ts/index.m3u8?delay=300s";
            MediaPlaylist before = player.playlist(edge, media);
            assertThat(before.ended()).isFalse();
            assertThat(newestMs(before)).isLessThan(log.timeMs() - DELAY_MS);
            assertThat(player.get(edge, media).body()).doesNotContain("EXT-X-START", "PLAYLIST-TYPE");
            try (EdgeService other = edge(kafka)) {
                for (int newest = 120; newest < 190; newest++) {
                    log.segments(1);
                    long nowMs = log.timeMs();
                    await(() -> newestMs(player.playlist(edge, "/live/show/@1000/ts/index.m3u8")) == nowMs
                            - SEGMENT_MS);
                    MediaPlaylist now = player.playlist(edge, media);
                    isContinued(before, now);
                    // The last segment that had ended by then; between the epochs, the last one of the first epoch.
                    long endMs = nowMs - DELAY_MS;
                    long lastMs = endMs < secondMs + SEGMENT_MS
                            ? Math.min(endMs, secondMs - 20_000)
                            : endMs;
                    assertThat(newestMs(now)).as("segment " + newest).isEqualTo(lastMs - SEGMENT_MS);
                    if (newest % 23 == 0) {
                        await(() -> player.get(other, media).body().equals(player.get(edge, media).body()));
                    }
                    before = now;
                }
            }
            player.playsAll(edge, media, before.segments());
            log.entry(StreamEntry.State.ENDED);
            await(() -> player.playlist(edge, media).ended());
            MediaPlaylist rest = player.playlist(edge, media);
            isContinued(before, rest);
            assertThat(newestMs(rest)).as("the rest is listed to the end").isEqualTo(log.timeMs() - SEGMENT_MS);
            assertThat(player.child(edge, DELAY)).as("the rest is a range").contains("?start=");
        }
    }

    /** Asserts that segment numbers increase and that segments in both playlists are equal. */
    private static void isContinued(MediaPlaylist before, MediaPlaylist now) {
        assertThat(now.mediaSequence()).isGreaterThanOrEqualTo(before.mediaSequence());
        int gone = (int) (now.mediaSequence() - before.mediaSequence());
        List<MediaSegment> left = before.segments().subList(gone, before.segments().size());
        assertThat(now.segments().subList(0, left.size())).isEqualTo(left);
        long leftBorders = before.segments().subList(0, gone).stream().filter(MediaSegment::discontinuity).count();
        assertThat(now.discontinuitySequence()).isEqualTo(before.discontinuitySequence() + leftBorders);
    }

    @Test
    void rejectsInvalidQueries() throws Exception {
        KafkaClients kafka = broker.clients("delay.cannot.");
        try (var log = new IndexedPast(kafka, "live/show", 0); EdgeService edge = edge(kafka)) {
            log.epoch(3, System.currentTimeMillis() - 60_000).segments(30).entry(StreamEntry.State.LIVE);
            await(() -> player.get(edge, "/api/v1/streams/live/show").statusCode() == 200);
            assertThat(player.get(edge, DELAY).body()).contains("\"nothing_to_show_yet\"");
            for (String query : List.of("delay=0s", "delay=x", "delay=-5m", "delay=5m&start=-10m", "delay=5")) {
                assertThat(player.get(edge, "/live/show.m3u8?" + query).statusCode()).as(query).isEqualTo(400);
                assertThat(player.get(edge, "/live/show/@3/ts/index.m3u8?" + query).statusCode()).as(query)
                        .isEqualTo(400);
            }
            assertThat(player.get(edge, "/live/show.flv?delay=5m").statusCode()).isEqualTo(400);
        }
    }
}
