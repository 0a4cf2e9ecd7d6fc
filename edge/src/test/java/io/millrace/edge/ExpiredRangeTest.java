package io.millrace.edge;

import io.millrace.edge.past.FlvPast;
import io.millrace.platform.kafka.Topic;
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
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Viewers of the past that read more slowly than the log expires: the frames that they would receive next are deleted. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class ExpiredRangeTest {
    private static final int RECORDS_PER_GROUP = 30;
    /** One more group remains in the log, but without its keyframe. */
    private static final int RETAINED_GROUPS = 4;

    private final CollectingSink sink = new CollectingSink(false);
    private TestFeeds feeds;
    private PublishedPast past;

    @BeforeEach
    void start(TestBroker broker) {
        feeds = new TestFeeds(broker, 100_000);
        past = feeds.past();
        past.session(Records.AVC_RECORD, 5_000);
    }

    @AfterEach
    void stop() {
        feeds.close();
        sink.close();
    }

    @ParameterizedTest
    @EnumSource
    void continuesAfterGapWithConfigurationOfRetainedFrames(TestFeeds.Change change) throws Exception {
        groups(10);
        change.publish(past);
        groups(10);
        playUntilSocketIsFull(Long.MAX_VALUE);
        expireAndAccept();

        assertContinues(lastGroups(RETAINED_GROUPS), past.frames.size());
        assertThat(sink.pictures()).containsExactly(Records.AVC_RECORD, TestFeeds.OTHER_AVC);
    }

    @Test
    void closedRangeEndsAtItsEndAfterGap() throws Exception {
        groups(20);
        int last = lastGroups(RETAINED_GROUPS);
        playUntilSocketIsFull(past.frames.get(last).programDateTimeMs() + 500);
        expireAndAccept();

        assertContinues(last, last + 8);
        Patience.await().until(sink::isEnded);
        assertThat(sink.pictures()).containsExactly(Records.AVC_RECORD);
    }

    @Test
    void rangeEndsIfAllOfItHasExpired() throws Exception {
        groups(20);
        playUntilSocketIsFull(past.frames.get(lastGroups(8)).programDateTimeMs() + 500);
        expireAndAccept();

        Patience.await().until(sink::isEnded);
        List<ByteBuffer> frames = sink.frames();
        assertThat(frames).isEqualTo(bodies(0, frames.size()));
    }

    private void groups(int count) {
        for (int i = 0; i < count; i++) {
            past.group();
        }
    }

    /** Starts to play from the beginning, and returns when the viewer's socket is full. */
    private void playUntilSocketIsFull(long endMs) throws Exception {
        feeds.announce();
        FlvPast flv = feeds.feeds().flvPast();
        var range = (FlvPast.Range.Playable) flv.find(TestFeeds.STREAM, 0, endMs).toCompletableFuture()
                .get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        sink.loop().submit(() -> flv.play(range, sink)).get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        Patience.await().until(() -> !sink.frames().isEmpty());
    }

    /** Deletes all packets but the newest, and lets the viewer's socket accept everything. */
    private void expireAndAccept() throws Exception {
        long offset = past.next() - (RETAINED_GROUPS + 1L) * RECORDS_PER_GROUP;
        try (Admin admin = feeds.kafka().admin("test-delete")) {
            admin.deleteRecords(Map.of(
                    feeds.kafka().partition(Topic.PACKETS, feeds.kafka().partitionOf(TestFeeds.STREAM)),
                    RecordsToDelete.beforeOffset(offset))).all().get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
        sink.accept();
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
        List<ByteBuffer> expected = bodies(from, to);
        Patience.await().until(() -> sink.frames().contains(expected.getLast()) || sink.isEnded());
        List<ByteBuffer> frames = sink.frames();
        int gap = frames.size() - expected.size();
        assertThat(gap).isPositive();
        assertThat(frames.subList(gap, frames.size())).isEqualTo(expected);
        assertThat(frames.subList(0, gap)).isEqualTo(bodies(0, gap));
    }

    private List<ByteBuffer> bodies(int from, int to) {
        return past.frames.subList(from, to).stream().map(PublishedPast.Frame::body).toList();
    }
}
