package io.millrace.edge;

import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Live viewers that join while a stream changes its video configuration. The directory and the index are two topics, so
 * either may be ahead of the other.
 */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class LiveConfigTest {
    private final CollectingSink sink = new CollectingSink(true);
    private TestFeeds feeds;
    private PublishedPast past;

    @BeforeEach
    void start(TestBroker broker) {
        feeds = new TestFeeds(broker, 10_000);
        past = feeds.past();
        past.session(Records.AVC_RECORD, 5_000);
        past.group();
    }

    @AfterEach
    void stop() {
        feeds.close();
        sink.close();
    }

    private void join() {
        feeds.feeds().flv().join(TestFeeds.STREAM, sink);
    }

    private void awaitFrame(PublishedPast.Frame frame) {
        Patience.await().until(() -> sink.frames().contains(frame.body()) || sink.isEnded());
        assertThat(sink.isEnded()).isFalse();
    }

    /** The segmenter has cut the first segment with the new configuration, which the packager has not written yet. */
    @Test
    void keyframeBeforeChangeHasOldConfiguration() throws Exception {
        past.change(TestFeeds.OTHER_AVC);
        feeds.announce();
        join();
        awaitFrame(past.frames.getLast());
        assertThat(sink.pictures()).containsExactly(Records.AVC_RECORD);

        past.group();
        awaitFrame(past.frames.getLast());
        assertThat(sink.pictures()).containsExactly(Records.AVC_RECORD, TestFeeds.OTHER_AVC);
    }

    @ParameterizedTest
    @EnumSource
    void keyframeAfterChangeHasNewConfiguration(TestFeeds.Change change) throws Exception {
        feeds.announce();
        change.publish(past);
        past.group();
        join();

        awaitFrame(past.frames.getLast());
        assertThat(sink.pictures()).containsExactly(TestFeeds.OTHER_AVC);
    }
}
