package io.millrace.edge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.past.FlvPast;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** Viewers of the past that are slower than retention: what they would receive next has been deleted. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class ExpiredRangeTest {
    private static final ByteBuffer OTHER_AVC = Records.hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
            + "0300f03c60c4118001000668e84394b22cfdf8f801");
    private static final String STREAM = "live/expiring";

    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private final CollectingSink sink = new CollectingSink(false);
    private KafkaClients kafka;
    private Feeds feeds;
    private PublishedPast past;

    @BeforeEach
    void start(TestBroker broker, TestInfo test) throws InterruptedException {
        kafka = broker.clients(test.getTestMethod().orElseThrow().getName() + ".");
        feeds = new Feeds(EdgeSettings.of("127.0.0.1", 0, "edge-1"), kafka, new EdgeMeters(new SimpleMeterRegistry()),
                (_, cause) -> fatal.set(cause), Ticker.systemTicker());
        feeds.start();
        past = new PublishedPast(kafka, STREAM, System.currentTimeMillis() - 100_000);
    }

    @AfterEach
    void stop() {
        past.close();
        feeds.close();
        sink.close();
        assertThat(fatal.get()).isNull();
    }

    /** Begins to play everything, and returns when the viewer's socket is full. */
    private void play(long endMs) throws Exception {
        past.tell(StreamEntry.State.LIVE);
        Patience.await().until(() -> feeds.directory().newest(STREAM).isPresent());
        var range = (FlvPast.Range.Playable) feeds.flvPast().find(STREAM, 0, endMs).toCompletableFuture()
                .get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        sink.loop().submit(() -> feeds.flvPast().play(range, sink)).get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        Patience.await().until(() -> !sink.frames().isEmpty());
    }

    private void groups(int count) {
        for (int i = 0; i < count; i++) {
            past.group();
        }
    }

    private void deletePacketsBefore(long offset) throws Exception {
        try (Admin admin = kafka.admin("test-delete")) {
            admin.deleteRecords(Map.of(kafka.partition(Topic.PACKETS, kafka.partitionOf(STREAM)),
                    RecordsToDelete.beforeOffset(offset))).all().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Returns the index in {@link PublishedPast#frames} of the first keyframe of the last {@code count} groups. */
    private int lastGroups(int count) {
        List<Integer> keyframes = new ArrayList<>();
        for (int i = 0; i < past.frames.size(); i++) {
            if (past.frames.get(i).keyframe()) {
                keyframes.add(i);
            }
        }
        return keyframes.get(keyframes.size() - count);
    }

    /** Asserts that the viewer has received the frames before a gap, and then those from {@code from} to {@code to}. */
    private void assertContinues(int from, int to) {
        List<ByteBuffer> expected = past.frames.subList(from, to).stream().map(PublishedPast.Frame::body).toList();
        Patience.await().until(() -> sink.frames().contains(expected.getLast()) || sink.isEnded());
        List<ByteBuffer> frames = sink.frames();
        int gap = frames.size() - expected.size();
        assertThat(gap).isPositive();
        assertThat(frames.subList(gap, frames.size())).isEqualTo(expected);
        assertThat(frames.subList(0, gap))
                .isEqualTo(past.frames.subList(0, gap).stream().map(PublishedPast.Frame::body).toList());
    }

    @Test
    void afterAGapItContinuesWithTheConfigurationsOfTheSessionThatIsRetained() throws Exception {
        past.session(Records.AVC_RECORD, 5_000);
        groups(20);
        past.away(10_000);
        past.session(OTHER_AVC, 777_000);
        groups(10);
        play(Long.MAX_VALUE);

        deletePacketsBefore(past.next() - 5 * 30L);
        sink.accept();

        assertContinues(lastGroups(4), past.frames.size());
        assertThat(sink.pictures()).containsExactly(Records.AVC_RECORD, OTHER_AVC);
    }

    @Test
    void afterAGapWithinASessionItHasTheConfigurationThatAppliesThere() throws Exception {
        past.session(Records.AVC_RECORD, 5_000);
        groups(10);
        past.change(OTHER_AVC);
        groups(10);
        play(Long.MAX_VALUE);

        deletePacketsBefore(past.next() - 5 * 30L);
        sink.accept();

        assertContinues(lastGroups(4), past.frames.size());
        assertThat(sink.pictures()).containsExactly(Records.AVC_RECORD, OTHER_AVC);
    }

    @Test
    void afterAGapAClosedRangeStillEndsAtItsEnd() throws Exception {
        past.session(Records.AVC_RECORD, 5_000);
        groups(20);
        int last = lastGroups(4);
        long endMs = past.frames.get(last).programDateTimeMs() + 500;
        play(endMs);

        deletePacketsBefore(past.next() - 5 * 30L);
        sink.accept();

        assertContinues(last, last + 8);
        Patience.await().until(() -> sink.isEnded());
        assertThat(sink.pictures()).containsExactly(Records.AVC_RECORD);
    }

    @Test
    void aRangeThatHasExpiredAsAWholeEnds() throws Exception {
        past.session(Records.AVC_RECORD, 5_000);
        groups(20);
        play(past.frames.get(lastGroups(8)).programDateTimeMs() + 500);

        deletePacketsBefore(past.next() - 5 * 30L);
        sink.accept();

        Patience.await().until(() -> sink.isEnded());
        List<ByteBuffer> frames = sink.frames();
        assertThat(frames)
                .isEqualTo(past.frames.subList(0, frames.size()).stream().map(PublishedPast.Frame::body).toList());
    }
}
