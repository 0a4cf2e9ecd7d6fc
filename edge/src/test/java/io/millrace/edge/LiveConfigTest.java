package io.millrace.edge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Live viewers that join while a stream changes its video configuration. The directory and the index are two topics, so
 * either may be ahead of the other.
 */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class LiveConfigTest {
    private static final ByteBuffer OTHER_AVC = Records.hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
            + "0300f03c60c4118001000668e84394b22cfdf8f801");
    private static final String STREAM = "live/changing";

    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private final CollectingSink sink = new CollectingSink(true);
    private Feeds feeds;
    private PublishedPast past;

    @BeforeEach
    void start(TestBroker broker, TestInfo test) {
        KafkaClients kafka = broker.clients(test.getTestMethod().orElseThrow().getName() + ".");
        feeds = new Feeds(EdgeSettings.of("127.0.0.1", 0, "edge-1"), kafka, new EdgeMeters(new SimpleMeterRegistry()),
                (_, cause) -> fatal.set(cause), Ticker.systemTicker());
        feeds.start();
        past = new PublishedPast(kafka, STREAM, System.currentTimeMillis() - 10_000);
    }

    @AfterEach
    void stop() {
        past.close();
        feeds.close();
        sink.close();
        assertThat(fatal.get()).isNull();
    }

    private void join() {
        past.tell(StreamEntry.State.LIVE);
        Patience.await().until(() -> feeds.directory().newest(STREAM).isPresent());
        feeds.flv().join(STREAM, sink);
    }

    private void awaitFrame(PublishedPast.Frame frame) {
        Patience.await().until(() -> sink.frames().contains(frame.body()) || sink.isEnded());
        assertThat(sink.isEnded()).isFalse();
    }

    /** The segmenter has cut the first segment with the new configuration, which the packager has not written yet. */
    @Test
    void aKeyframeBeforeTheChangeHasTheConfigurationBeforeTheChange() throws Exception {
        past.session(Records.AVC_RECORD, 5_000);
        past.group();
        past.change(OTHER_AVC);
        join();
        awaitFrame(past.frames.getLast());
        assertThat(sink.pictures()).containsExactly(Records.AVC_RECORD);

        past.group();
        awaitFrame(past.frames.getLast());
        assertThat(sink.pictures()).containsExactly(Records.AVC_RECORD, OTHER_AVC);
    }

    @Test
    void aKeyframeAfterTheChangeHasTheNewConfigurationEvenIfTheDirectoryHasTheOldOne() throws Exception {
        past.session(Records.AVC_RECORD, 5_000);
        past.group();
        past.tell(StreamEntry.State.LIVE);
        Patience.await().until(() -> feeds.directory().newest(STREAM).isPresent());
        past.change(OTHER_AVC);
        past.group();
        feeds.flv().join(STREAM, sink);

        awaitFrame(past.frames.getLast());
        assertThat(sink.pictures()).containsExactly(OTHER_AVC);
    }

    @Test
    void aKeyframeOfANewSessionHasItsConfigurationEvenIfTheDirectoryHasNotSeenTheSession() throws Exception {
        past.session(Records.AVC_RECORD, 5_000);
        past.group();
        past.tell(StreamEntry.State.LIVE);
        Patience.await().until(() -> feeds.directory().newest(STREAM).isPresent());
        past.away(1_000);
        past.session(OTHER_AVC, 777_000);
        past.group();
        feeds.flv().join(STREAM, sink);

        awaitFrame(past.frames.getLast());
        assertThat(sink.pictures()).containsExactly(OTHER_AVC);
    }
}
