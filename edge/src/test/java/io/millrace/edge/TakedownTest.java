package io.millrace.edge;

import io.millrace.edge.PublishedPast.Frame;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.admin.AdminResource;
import io.millrace.platform.admin.AdminRoutes;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.Withdrawal;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.past.Takedown;
import io.millrace.testkit.HttpFlvViewer;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** What viewers get of a stream of which the operator has withdrawn a part, from a real broker. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TakedownTest {
    private static final Pattern GAP = Pattern.compile("#EXT-X-GAP\\s+(?:#.*\\s+)*\\S*?(\\d+)\\.ts");
    private static final int GROUPS = 20;
    /** The withdrawn segments. */
    private static final int FIRST = 5;
    private static final int LAST = 9;

    private KafkaClients kafka;
    private TestEdge edge;

    @BeforeAll
    void start(TestBroker broker) {
        kafka = broker.clients("takedown.");
        edge = new TestEdge(kafka);
    }

    @AfterAll
    void stop() {
        edge.close();
    }

    private PublishedPast published(String stream) throws InterruptedException {
        var past = new PublishedPast(kafka, stream, System.currentTimeMillis() - 60_000);
        past.session(Records.AVC_RECORD, 5_000);
        for (int i = 0; i < GROUPS; i++) {
            past.group();
        }
        past.tell(StreamEntry.State.LIVE);
        edge.awaitKnown(stream);
        return past;
    }

    private AdminResource.Answer delete(String stream, Map<String, String> query) {
        return AdminRoutes.of(edge.service.admin()).answer("DELETE", "/api/v1/streams/" + stream + "/past", query)
                .orElseThrow();
    }

    private static long at(PublishedPast past, int group) {
        return past.frames.getFirst().programDateTimeMs() + (long) group * PublishedPast.GROUP_MS;
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }

    /** Withdraws the segments {@link #FIRST} to {@link #LAST}, by times within the outer ones. */
    private void withdraw(String stream, PublishedPast past) {
        AdminResource.Answer answer = delete(stream,
                Map.of("from", time(at(past, FIRST) + 300), "to", time(at(past, LAST) + 300), "reason", "test"));
        assertThat(answer.status()).as(answer.json()).isEqualTo(200);
        assertThat(answer.json()).contains("\"firstSegment\":" + FIRST + ",\"lastSegment\":" + LAST);
    }

    private List<Integer> gaps(EdgeService from, String path) throws Exception {
        String text = edge.get(from, path).body();
        return GAP.matcher(text).results().map(gap -> Integer.parseInt(gap.group(1))).toList();
    }

    /** Returns the path of the media playlist of the whole past, which contains the epoch's name. */
    private String playlist(String stream, PublishedPast past) throws Exception {
        String master = edge.get("/" + stream + ".m3u8?start=" + time(at(past, 0))).body();
        return "/" + stream.substring(0, stream.lastIndexOf('/') + 1)
                + master.lines().filter(line -> !line.startsWith("#")).findFirst().orElseThrow();
    }

    private String segment(String playlist, int number) {
        return playlist.substring(0, playlist.lastIndexOf('/') + 1) + number + ".ts";
    }

    private static Predicate<Frame> within(PublishedPast past, int from, int to) {
        return frame -> frame.programDateTimeMs() >= at(past, from) && frame.programDateTimeMs() < at(past, to);
    }

    private List<Integer> watch(String path) throws Exception {
        List<Integer> times = new ArrayList<>();
        try (HttpFlvViewer viewer = edge.flv(path)) {
            for (FlvTag tag = viewer.next(); tag != null; tag = viewer.next()) {
                if (tag.type() != FlvTag.Type.SCRIPT && tag.body().get(tag.body().position() + 1) == 1) {
                    times.add(tag.timestampMs());
                }
            }
        }
        return times;
    }

    private static List<Integer> times(PublishedPast past, Predicate<Frame> wanted) {
        return past.frames.stream().filter(wanted).map(Frame::timestampMs).toList();
    }

    @Test
    void playlistsListGapsAndSegmentsAreGone() throws Exception {
        try (PublishedPast past = published("live/hls")) {
            String playlist = playlist("live/hls", past);
            assertThat(gaps(edge.service, playlist)).isEmpty();
            withdraw("live/hls", past);
            List<Integer> withdrawn = List.of(5, 6, 7, 8, 9);
            TestEdge.await(() -> gaps(edge.service, playlist).equals(withdrawn));
            for (int number : withdrawn) {
                var answer = edge.get(segment(playlist, number));
                assertThat(answer.statusCode()).isEqualTo(410);
                assertThat(answer.body()).contains("\"code\":\"withdrawn\"");
            }
            // The test writes no bytes of parts, so what is not withdrawn has expired.
            assertThat(edge.get(segment(playlist, LAST + 1)).body()).contains("\"code\":\"expired\"");
            try (EdgeService later = edge.another()) {
                assertThat(gaps(later, playlist)).isEqualTo(withdrawn);
                assertThat(edge.get(later, segment(playlist, FIRST)).statusCode()).isEqualTo(410);
            }
        }
    }

    @Test
    void livePlaylistGoesOnAfterItsPastIsWithdrawn() throws Exception {
        try (PublishedPast past = published("live/now")) {
            String playlist = playlist("live/now", past).replaceAll("\\?.*", "");
            assertThat(gaps(edge.service, playlist)).isEmpty();
            assertThat(edge.get(playlist).body()).contains("\n19.ts");
            assertThat(delete("live/now", Map.of()).status()).isEqualTo(200);
            TestEdge.await(() -> gaps(edge.service, playlist).contains(19));
            past.group();
            TestEdge.await(() -> edge.get(playlist).body().contains("\n20.ts"));
            assertThat(gaps(edge.service, playlist)).contains(18, 19).doesNotContain(20);
        }
    }

    @Test
    void flvOmitsWithdrawnFrames() throws Exception {
        try (PublishedPast past = published("live/flv")) {
            withdraw("live/flv", past);
            String end = "&end=" + time(at(past, 15));
            assertThat(watch("/live/flv.flv?start=" + time(at(past, 2)) + end)).as("over it")
                    .isEqualTo(times(past, within(past, 2, FIRST).or(within(past, LAST + 1, 15))));
            assertThat(watch("/live/flv.flv?start=" + time(at(past, 7)) + end)).as("from within")
                    .isEqualTo(times(past, within(past, LAST + 1, 15)));
            var answer = edge.get("/live/flv.flv?start=" + time(at(past, 6)) + "&end=" + time(at(past, 8)));
            assertThat(answer.statusCode()).isEqualTo(410);
            assertThat(answer.body()).contains("\"code\":\"withdrawn\"");
        }
    }

    @Test
    void undoShowsEverythingAgain() throws Exception {
        try (PublishedPast past = published("live/undo")) {
            withdraw("live/undo", past);
            String playlist = playlist("live/undo", past);
            TestEdge.await(() -> gaps(edge.service, playlist).size() == LAST - FIRST + 1);
            var directory = new StreamDirectory();
            var key = new Withdrawal.Extent(FIRST, LAST, 0, 0, 0, 0);
            directory.withdraw(new Withdrawal("live/undo", epoch(playlist), key, 0, ""));
            try (var reader = RangeReader.ofIndex(kafka, "test-undo")) {
                new Takedown(kafka, reader, directory).restore("live/undo", OptionalLong.empty());
            }
            TestEdge.await(() -> gaps(edge.service, playlist).isEmpty());
            assertThat(watch("/live/undo.flv?start=" + time(at(past, 2)) + "&end=" + time(at(past, 15))))
                    .isEqualTo(times(past, within(past, 2, 15)));
        }
    }

    private static long epoch(String playlist) {
        var name = Pattern.compile("@(\\d+)").matcher(playlist);
        assertThat(name.find()).isTrue();
        return Long.parseLong(name.group(1));
    }

    @Test
    void mistakesAreAnswered() throws Exception {
        try (PublishedPast past = published("live/mistake")) {
            assertThat(delete("live/none", Map.of()).status()).isEqualTo(404);
            assertThat(delete("live/mistake", Map.of("from", "yesterday")).status()).isEqualTo(400);
            assertThat(delete("live/mistake", Map.of("from", "-1m", "to", "-2m")).status()).isEqualTo(400);
            assertThat(delete("live/mistake", Map.of("epoch", "x")).status()).isEqualTo(400);
            assertThat(delete("live/mistake", Map.of("epoch", "999999")).status()).isEqualTo(404);
            assertThat(delete("live/mistake", Map.of("to", time(at(past, -100)))).status()).isEqualTo(404);
        }
    }
}
