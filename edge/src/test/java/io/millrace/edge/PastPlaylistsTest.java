package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.http.ManualClock;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaSegment;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

/** Playlists of the past, served by a whole edge with a real broker. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class PastPlaylistsTest {
    private static final PassingTime TIME = new PassingTime();
    private static final AtomicReference<Throwable> FATAL = new AtomicReference<>();
    private static TestBroker shared;
    private static HlsPlayer player;

    @BeforeAll
    static void start(TestBroker broker) {
        shared = broker;
        player = new HlsPlayer();
    }

    @AfterAll
    static void stop() {
        player.close();
        assertThat(FATAL.get()).isNull();
    }

    private static EdgeService edge(KafkaClients kafka) {
        return EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), AccessPolicy.ALLOW_ALL, kafka,
                new SimpleMeterRegistry(),
                (_, cause) -> FATAL.set(cause), TIME, new ManualClock());
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) {
        Patience.await().until(() -> {
            TIME.pass(Duration.ofSeconds(1));
            return condition.holds();
        });
    }

    @Test
    void closedRangeSpansSessionsAndEpochs() throws Exception {
        KafkaClients kafka = shared.clients("past.closed.");
        long hourAgoMs = System.currentTimeMillis() - 3_600_000;
        try (var log = new IndexedPast(kafka, "live/show", 0); EdgeService edge = edge(kafka)) {
            log.epoch(3, hourAgoMs).segments(100).session(900, hourAgoMs + 210_000).segments(50)
                    .entry(StreamEntry.State.ENDED);
            long secondMs = log.timeMs() + 60_000;
            log.epoch(1_000, secondMs).segments(80).entry(StreamEntry.State.ENDED);
            await(() -> player.get(edge, "/api/v1/streams/live/show").body().contains("\"epoch\":1000"));

            String one = player.child(edge, "/live/show.m3u8?start=" + time(hourAgoMs + 20_700) + "&end="
                    + time(hourAgoMs + 41_000));
            assertThat(one).startsWith("/live/show/@3/ts/index.m3u8?start=");
            MediaPlaylist minutes = player.playlist(edge, one);
            assertThat(minutes.ended()).isTrue();
            assertThat(minutes.mediaSequence()).as("the segment that contains the start").isEqualTo(10);
            assertThat(minutes.segments()).hasSize(11);
            assertThat(minutes.segments().getFirst().programDateTimeMs()).isEqualTo(hourAgoMs + 20_000);
            assertThat(player.get(edge, one).body()).contains("#EXT-X-PLAYLIST-TYPE:VOD");
            player.playsAll(edge, one, minutes.segments());

            String both = player.child(edge, "/live/show.m3u8?start=" + time(hourAgoMs + 190_000) + "&end="
                    + time(secondMs + 30_000));
            assertThat(both).startsWith("/live/show/@3-1000/ts/index.m3u8?");
            MediaPlaylist across = player.playlist(edge, both);
            assertThat(across.segments()).hasSize(5 + 50 + 15);
            assertThat(across.segments().stream().filter(MediaSegment::discontinuity).map(MediaSegment::uri))
                    .containsExactly("../../@3/ts/100.ts", "../../@1000/ts/0.ts");
            assertThat(across.ended()).isTrue();
            player.playsAll(edge, both, across.segments());

            String hole = player.child(edge, "/live/show.m3u8?start=" + time(secondMs - 30_000));
            assertThat(player.playlist(edge, hole).segments().getFirst().programDateTimeMs()).isEqualTo(secondMs);
            assertThat(player.playlist(edge, hole).ended()).as("an open range of a stream that has ended").isTrue();
            assertThat(player
                    .get(edge, "/live/show.m3u8?start=" + time(secondMs - 30_000) + "&end=" + time(secondMs - 9_000))
                    .statusCode()).isEqualTo(404);
            assertThat(player.get(edge, "/live/show.m3u8?start=-1s").statusCode()).as("after all media").isEqualTo(404);
            String sessions = player.get(edge, "/api/v1/streams/live/show/sessions").body();
            for (String url : List.of("/live/show.m3u8?start=" + time(hourAgoMs) + "&end=", "start="
                    + time(hourAgoMs + 210_000), "start=" + time(secondMs))) {
                assertThat(sessions).contains(url.replace("Z", "").substring(0, 20));
            }
        }
    }

    @Test
    void openRangeContinuesIntoLiveEquallyOnAllEdges() throws Exception {
        KafkaClients kafka = shared.clients("past.open.");
        long startMs = System.currentTimeMillis() - 400_000;
        try (var log = new IndexedPast(kafka, "live/show", 0); EdgeService edge = edge(kafka)) {
            log.epoch(5, startMs).segments(150).entry(StreamEntry.State.LIVE);
            await(() -> player.get(edge, "/api/v1/streams/live/show").statusCode() == 200);
            String media = player.child(edge, "/live/show.m3u8?start=-390s");
            assertThat(media).matches("/live/show/@5/ts/index\\.m3u8\\?start=20.*Z");
            MediaPlaylist first = player.playlist(edge, media);
            assertThat(first.ended()).isFalse();
            assertThat(first.segments().getLast().uri()).isEqualTo("../../@5/ts/149.ts");
            try (EdgeService other = edge(kafka)) {
                for (int newest = 150; newest < 200; newest++) {
                    log.segments(1);
                    String last = "../../@5/ts/" + newest + ".ts";
                    await(() -> player.get(edge, media).body().contains(last));
                    if (newest % 7 == 0) {
                        await(() -> player.get(other, media).body().contains(last));
                        HttpResponse<String> here = player.get(edge, media);
                        HttpResponse<String> there = player.get(other, media);
                        assertThat(there.body()).isEqualTo(here.body());
                        assertThat(there.headers().firstValue("etag")).isEqualTo(here.headers().firstValue("etag"));
                    }
                    MediaPlaylist now = player.playlist(edge, media);
                    assertThat(now.mediaSequence()).isEqualTo(first.mediaSequence());
                    assertThat(now.segments().subList(0, first.segments().size())).isEqualTo(first.segments());
                    assertThat(now.segments()).hasSize((int) (newest + 1 - first.mediaSequence()));
                }
                player.playsAll(other, media, player.playlist(other, media).segments());
            }
            log.entry(StreamEntry.State.ENDED);
            await(() -> player.playlist(edge, media).ended());
        }
    }

    @Test
    void respondsWithDocumentedStatus() throws Exception {
        KafkaClients kafka = shared.clients("past.contract.");
        long startMs = System.currentTimeMillis() - 60_000;
        try (var log = new IndexedPast(kafka, "live/show", 0); EdgeService edge = edge(kafka)) {
            log.epoch(5, startMs).segments(20).entry(StreamEntry.State.LIVE);
            await(() -> player.get(edge, "/api/v1/streams/live/show").statusCode() == 200);
            for (String query : List.of("start=yesterday", "end=5", "start=-1h&end=-2h", "start=2026-01-01T00:00:00")) {
                assertThat(player.get(edge, "/live/show.m3u8?" + query).statusCode()).as(query).isEqualTo(400);
                assertThat(player.get(edge, "/live/show/@5/ts/index.m3u8?" + query).statusCode()).as(query)
                        .isEqualTo(400);
            }
            assertThat(player.get(edge, "/live/show/@5/ts/index.m3u8?start=-5m").statusCode()).isEqualTo(400);
            assertThat(player.get(edge, "/live/never.m3u8?start=-5m").statusCode()).isEqualTo(404);
            assertThat(player.get(edge, "/live/show/@5-9/ts/index.m3u8").statusCode()).isEqualTo(404);

            String media = player.child(edge, "/live/show.m3u8?start=-50s");
            HttpResponse<String> plain = player.get(edge, media);
            assertThat(plain.headers().map()).containsEntry("content-type", List.of("application/vnd.apple.mpegurl"))
                    .containsEntry("cache-control", List.of("public, max-age=1"))
                    .containsEntry("vary", List.of("accept-encoding"));
            String etag = plain.headers().firstValue("etag").orElseThrow();
            assertThat(player.get(edge, media, "If-None-Match", etag).statusCode()).isEqualTo(304);
            HttpResponse<String> gzip = player.get(edge, media, "Accept-Encoding", "gzip");
            assertThat(gzip.headers().firstValue("content-encoding")).contains("gzip");
            HttpResponse<String> head = player.http().send(HttpRequest
                    .newBuilder(URI.create("http://127.0.0.1:" + edge.port() + media)).HEAD().build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(head.headers().firstValue("content-length")).contains(String.valueOf(plain.body().length()));
            assertThat(head.body()).isEmpty();

            // A start shortly after the newest media: the request is held until that media arrives.
            String soon = "/live/show.m3u8?start=" + time(log.timeMs() + 1_000);
            var held = player.http()
                    .sendAsync(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + soon))
                            .build(), HttpResponse.BodyHandlers.ofString());
            log.segments(1);
            assertThat(held.get().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void beginsLaterAsMediaExpires() throws Exception {
        KafkaClients kafka = shared.clients("past.forget.");
        long startMs = System.currentTimeMillis() - 3_600_000;
        try (var log = new IndexedPast(kafka, "live/show", 0);
                EdgeService edge = edge(kafka);
                Admin admin = kafka.admin("test-forget")) {
            log.epoch(3, startMs).segments(100).entry(StreamEntry.State.ENDED);
            long secondMs = log.timeMs() + 60_000;
            log.epoch(1_000, secondMs).segments(100).entry(StreamEntry.State.LIVE);
            await(() -> player.get(edge, "/api/v1/streams/live/show").body().contains("\"epoch\":1000"));
            String media = player.child(edge, "/live/show.m3u8?start=" + time(startMs));
            String closed = player.child(edge,
                    "/live/show.m3u8?start=" + time(startMs) + "&end=" + time(startMs + 60_000));
            MediaPlaylist whole = player.playlist(edge, media);
            assertThat(whole.segments()).hasSize(200);

            var parts = kafka.partition(Topic.PARTS, kafka.partitionOf("live/show"));
            // The log expires up to the middle of segment 70, then the whole first epoch, then some of the second.
            for (int left : new int[]{129, 100, 60}) {
                int gone = 200 - left;
                admin.deleteRecords(Map.of(parts, RecordsToDelete.beforeOffset(2L * gone - (left == 129 ? 1 : 0))))
                        .all()
                        .get();
                await(() -> player.playlist(edge, media).segments().size() == left);
                MediaPlaylist rest = player.playlist(edge, media);
                assertThat(rest.mediaSequence()).isEqualTo(gone);
                assertThat(rest.segments()).isEqualTo(whole.segments().subList(gone, 200));
                assertThat(rest.discontinuitySequence()).isEqualTo(left < 100 ? 1 : 0);
                try (EdgeService other = edge(kafka)) {
                    assertThat(player.get(other, media).body()).isEqualTo(player.get(edge, media).body());
                }
            }
            await(() -> player.get(edge, closed).statusCode() == 410);
            assertThat(player.get(edge, closed).body())
                    .contains("\"availableFrom\":\"" + time(secondMs + 40 * SEGMENT_MS)
                            .substring(0, 19));
            assertThat(player.get(edge, "/live/show/@3/ts/5.ts").statusCode()).isEqualTo(410);
            assertThat(player.get(edge, "/live/show/@3/ts/index.m3u8").statusCode()).isEqualTo(410);
            assertThat(player.get(edge, "/api/v1/streams/live/show/sessions").body()).contains("\"epoch\":1000")
                    .doesNotContain("\"epoch\":3,");
        }
    }
}
