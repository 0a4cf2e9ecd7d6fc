package io.millrace.edge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.PublishedPast.Frame;
import io.millrace.edge.http.ManualClock;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.HttpFlvViewer;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** Rewinding over HTTP-FLV with a real broker: every frame that a viewer receives is compared with the published one. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class FlvRewindTest {
    private static final ByteBuffer OTHER_AVC = Records.hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
            + "0300f03c60c4118001000668e84394b22cfdf8f801");
    private static final int RANGES = 40;

    private static final AtomicReference<Throwable> FATAL = new AtomicReference<>();
    private static KafkaClients kafka;
    private static EdgeService edge;
    private static HttpClient http;
    private static ExecutorService viewers;
    private final Random random = new Random(7);

    private record Watched(List<FlvTag> headers, List<FlvTag> frames) {}

    @BeforeAll
    static void start(TestBroker broker) {
        kafka = broker.clients("rewind.");
        edge = EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), AccessPolicy.ALLOW_ALL, kafka,
                new SimpleMeterRegistry(),
                (_, cause) -> FATAL.set(cause), Ticker.systemTicker(), new ManualClock());
        http = HttpClient.newHttpClient();
        viewers = Executors.newVirtualThreadPerTaskExecutor();
    }

    @AfterAll
    static void stop() {
        viewers.shutdownNow();
        http.close();
        edge.close();
        assertThat(FATAL.get()).isNull();
    }

    /** Publishes twenty groups, and after ten seconds without a publisher a session with another video configuration. */
    private static PublishedPast twoSessions(String stream) throws InterruptedException {
        var past = new PublishedPast(kafka, stream, System.currentTimeMillis() - 100_000);
        past.session(Records.AVC_RECORD, 5_000);
        groups(past, 20);
        past.away(10_000);
        past.session(OTHER_AVC, 777_000);
        groups(past, 10);
        past.tell(StreamEntry.State.LIVE);
        await(() -> get("/api/v1/streams/" + stream).statusCode() == 200);
        return past;
    }

    private static void groups(PublishedPast past, int count) {
        for (int i = 0; i < count; i++) {
            past.group();
        }
    }

    @Test
    void continuesFromAnyMomentIntoLiveWithoutGapOrRepeat() throws Exception {
        try (PublishedPast past = twoSessions("live/seam")) {
            long firstMs = past.frames.getFirst().programDateTimeMs();
            long spanMs = past.nowMs() - firstMs;
            List<Long> starts = new ArrayList<>(List.of(firstMs - 60_000, firstMs, past.nowMs() - 1));
            List<Future<Watched>> watching = new ArrayList<>();
            for (int i = 0; i < RANGES; i++) {
                starts.add(firstMs + random.nextLong(spanMs));
            }
            var begun = new CountDownLatch(starts.size() + 1);
            for (long startMs : starts) {
                watching.add(viewers.submit(() -> watch("/live/seam.flv?start=" + Instant.ofEpochMilli(startMs),
                        begun::countDown)));
                if (watching.size() % 4 == 0) {
                    past.group();
                }
            }
            Future<Watched> live = viewers.submit(() -> watch("/live/seam.flv", begun::countDown));
            groups(past, 5);
            // A viewer that joins after the end of the stream is tested elsewhere.
            assertThat(begun.await(Patience.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
            past.over();
            for (int i = 0; i < starts.size(); i++) {
                Watched watched = watching.get(i).get(Patience.MILLIS, TimeUnit.MILLISECONDS);
                assertShows(watched, from(past.frames, starts.get(i)));
            }
            assertThat(live.get(Patience.MILLIS, TimeUnit.MILLISECONDS).frames()).isNotEmpty();
        }
    }

    @Test
    void closedRangeEndsAtItsEnd() throws Exception {
        try (PublishedPast past = twoSessions("live/closed")) {
            long firstMs = past.frames.getFirst().programDateTimeMs();
            long spanMs = past.nowMs() - firstMs;
            for (int i = 0; i < RANGES; i++) {
                long startMs = firstMs + random.nextLong(spanMs);
                long endMs = startMs + 1 + random.nextLong(Math.max(1, past.nowMs() - startMs));
                String query = "?start=" + Instant.ofEpochMilli(startMs) + "&end=" + Instant.ofEpochMilli(endMs);
                List<Frame> expected = upTo(from(past.frames, startMs), endMs);
                if (expected.isEmpty()) {
                    // Start and end are both within the time without a publisher.
                    assertThat(get("/live/closed.flv" + query).statusCode()).as(query).isEqualTo(404);
                } else {
                    assertShows(watch("/live/closed.flv" + query), expected);
                }
            }
        }
    }

    @Test
    void waitsForEndInFutureButNotForPublisherThatIsAway() throws Exception {
        try (PublishedPast past = twoSessions("live/later")) {
            long startMs = past.nowMs() - PublishedPast.GROUP_MS;
            long endMs = past.nowMs() + PublishedPast.GROUP_MS;
            String query = "?start=" + Instant.ofEpochMilli(startMs) + "&end=" + Instant.ofEpochMilli(endMs);
            Future<Watched> watching = viewers.submit(() -> watch("/live/later.flv" + query));
            groups(past, 2);
            assertShows(watching.get(Patience.MILLIS, TimeUnit.MILLISECONDS), upTo(from(past.frames, startMs), endMs));
            long lastMs = past.nowMs() - PublishedPast.GROUP_MS;
            past.away(0);
            assertShows(watch("/live/later.flv?start=" + Instant.ofEpochMilli(lastMs) + "&end=" + Instant.now()),
                    from(past.frames, lastMs));
        }
    }

    @Test
    void beginsWithConfigurationOfThatTime() throws Exception {
        try (PublishedPast past = twoSessions("live/picture")) {
            past.over();
            long firstMs = past.frames.getFirst().programDateTimeMs();
            Watched watched = watch("/live/picture.flv?start=" + Instant.ofEpochMilli(firstMs) + "&end="
                    + Instant.ofEpochMilli(past.nowMs()));
            List<FlvTag> pictures = watched.headers().stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO).toList();
            assertThat(pictures).hasSize(2);
            assertThat(pictures.getFirst().body().slice(5, Records.AVC_RECORD.remaining()))
                    .isEqualTo(Records.AVC_RECORD);
            assertThat(pictures.getLast().body().slice(5, OTHER_AVC.remaining())).isEqualTo(OTHER_AVC);
            assertThat(watched.headers().getFirst().type()).isEqualTo(FlvTag.Type.SCRIPT);
            assertThat(watched.headers().getFirst().timestampMs()).isEqualTo(past.frames.getFirst().timestampMs());
        }
    }

    @Test
    void respondsWithDocumentedStatus() throws Exception {
        try (PublishedPast past = twoSessions("live/ended")) {
            Instant start = Instant.ofEpochMilli(past.frames.getFirst().programDateTimeMs());
            for (String query : List.of("?start=yesterday", "?start=2026-01-01T00:00:00", "?end=x",
                    "?start=-10s&end=-20s")) {
                HttpResponse<String> answer = get("/live/ended.flv" + query);
                assertThat(answer.statusCode()).as(query).isEqualTo(400);
                assertThat(answer.body()).contains("\"code\":\"bad_parameter\"");
            }
            assertThat(get("/live/never.flv?start=-10s").statusCode()).isEqualTo(404);
            past.over();
            past.tell(StreamEntry.State.ENDED);
            await(() -> get("/api/v1/streams/live/ended").body().contains("\"state\":\"ended\""));
            assertThat(get("/live/ended.flv").statusCode()).isEqualTo(404);
            assertShows(watch("/live/ended.flv?start=" + start), past.frames);
            HttpResponse<Void> head = http.send(HttpRequest.newBuilder(uri("/live/ended.flv?start=" + start)).HEAD()
                    .build(), HttpResponse.BodyHandlers.discarding());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(get("/live/ended.flv?start=" + Instant.ofEpochMilli(past.nowMs() + 60_000)).statusCode())
                    .as("later than all media").isEqualTo(404);

            long retained = past.next();
            Frame kept = null;
            deletePacketsBefore("live/ended", retained - 4 * 30L);
            Watched watched = watch("/live/ended.flv?start=" + start);
            FlvTag first = watched.frames().getFirst();
            for (Frame frame : past.frames) {
                kept = kept == null && frame.timestampMs() == first.timestampMs() && frame.keyframe() ? frame : kept;
            }
            assertThat(kept).as("begins with the earliest retained keyframe").isNotNull();
            assertShows(watched, past.frames.subList(past.frames.indexOf(kept), past.frames.size()));
            HttpResponse<String> gone = get("/live/ended.flv?start=" + start + "&end=" + start.plusSeconds(5));
            assertThat(gone.statusCode()).isEqualTo(410);
            assertThat(gone.body()).contains("\"code\":\"expired\"", "\"availableFrom\":\"20");
            past.expire();
            await(() -> get("/live/ended.flv?start=" + start).statusCode() == 410);
        }
    }

    @Test
    void readsNoFurtherThanSlowViewerReceives() throws Exception {
        try (PublishedPast past = twoSessions("live/slow")) {
            long firstMs = past.frames.getFirst().programDateTimeMs();
            try (var slow = new HttpFlvViewer(http, HttpRequest.newBuilder(
                    uri("/live/slow.flv?start=" + Instant.ofEpochMilli(firstMs))).build())) {
                assertThat(slow.next().type()).isEqualTo(FlvTag.Type.SCRIPT);
                // Other viewers are served meanwhile, and the slow one continues where it stopped.
                long endMs = past.nowMs() - 2 * PublishedPast.GROUP_MS;
                assertShows(watch("/live/slow.flv?start=" + Instant.ofEpochMilli(firstMs) + "&end="
                        + Instant.ofEpochMilli(endMs)), upTo(past.frames, endMs));
                past.over();
                List<FlvTag> frames = new ArrayList<>();
                for (FlvTag tag = slow.next(); tag != null; tag = slow.next()) {
                    if (isFrame(tag)) {
                        frames.add(tag);
                    }
                }
                assertShows(new Watched(List.of(), frames), past.frames);
            }
        }
    }

    private static void deletePacketsBefore(String stream, long offset) throws Exception {
        try (Admin admin = kafka.admin("test-delete")) {
            admin.deleteRecords(Map.of(kafka.partition(Topic.PACKETS, kafka.partitionOf(stream)),
                    RecordsToDelete.beforeOffset(offset))).all().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Returns the frames from the keyframe at or before a time on; if nothing was playing then, from the next keyframe on. */
    private static List<Frame> from(List<Frame> frames, long timeMs) {
        int start = -1;
        for (int i = 0; i < frames.size(); i++) {
            Frame frame = frames.get(i);
            boolean hole = start >= 0 && timeMs >= frames.get(start).programDateTimeMs() + PublishedPast.GROUP_MS;
            if (frame.keyframe() && (start < 0 || frame.programDateTimeMs() <= timeMs || hole)) {
                start = i;
            }
            if (frame.programDateTimeMs() > timeMs && start >= 0 && !hole) {
                break;
            }
        }
        return frames.subList(start, frames.size());
    }

    private static List<Frame> upTo(List<Frame> frames, long endMs) {
        List<Frame> all = new ArrayList<>();
        for (Frame frame : frames) {
            if (frame.programDateTimeMs() < endMs) {
                all.add(frame);
            } else if (frame.isPicture()) {
                break;
            }
        }
        return all;
    }

    private static void assertShows(Watched watched, List<Frame> expected) {
        assertThat(watched.frames().stream().map(tag -> new Seen(tag.type(), tag.timestampMs(), tag.body())).toList())
                .isEqualTo(expected.stream().map(f -> new Seen(f.type(), f.timestampMs(), f.body())).toList());
    }

    /** A frame as a value; bodies are compared by their bytes. */
    private record Seen(FlvTag.Type type, int timestampMs, ByteBuffer body) {
        @Override
        public String toString() {
            return type + " " + timestampMs + " " + body.hashCode();
        }
    }

    private static Watched watch(String path) throws IOException, InterruptedException {
        return watch(path, () -> {});
    }

    /** @param begun called when the response has begun */
    private static Watched watch(String path, Runnable begun) throws IOException, InterruptedException {
        List<FlvTag> headers = new ArrayList<>();
        List<FlvTag> frames = new ArrayList<>();
        try (var client = new HttpFlvViewer(http, HttpRequest.newBuilder(uri(path)).build())) {
            begun.run();
            for (FlvTag tag = client.next(); tag != null; tag = client.next()) {
                (isFrame(tag) ? frames : headers).add(tag);
            }
        }
        return new Watched(headers, frames);
    }

    private static boolean isFrame(FlvTag tag) {
        return tag.type() != FlvTag.Type.SCRIPT && tag.body().get(tag.body().position() + 1) == 1;
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + edge.port() + path);
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static void await(Callable<Boolean> condition) {
        Patience.await().until(condition);
    }
}
