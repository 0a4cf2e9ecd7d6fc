package io.millrace.edge;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

/** The feeds of an edge without its ports, and one stream in a real broker under a topic prefix of its own. */
final class TestFeeds implements AutoCloseable {
    static final String STREAM = "live/show";
    /** A video configuration that differs from {@link Records#AVC_RECORD}. */
    static final ByteBuffer OTHER_AVC = Records.hex("0164001fffe1001c6764001fac54110280bfe5c04400000300040000"
            + "0300f03c60c4118001000668e84394b22cfdf8f801");
    private static final AtomicInteger PREFIXES = new AtomicInteger();

    /** How the publisher of the stream comes to have {@link #OTHER_AVC}. */
    enum Change {
        WITHIN_SESSION {
            @Override
            void publish(PublishedPast past) {
                past.change(OTHER_AVC);
            }
        },
        WITH_NEW_SESSION {
            @Override
            void publish(PublishedPast past) {
                past.away(1_000);
                past.session(OTHER_AVC, 777_000);
            }
        };

        abstract void publish(PublishedPast past);
    }

    private final KafkaClients kafka;
    private final Feeds feeds;
    private final PublishedPast past;
    private final AtomicReference<Throwable> fatal = new AtomicReference<>();

    /** @param ageMs how long ago the first frame of the stream was published */
    TestFeeds(TestBroker broker, long ageMs) {
        kafka = broker.clients("feeds-" + PREFIXES.incrementAndGet() + ".");
        feeds = new Feeds(EdgeSettings.of("127.0.0.1", 0, "edge-1"), kafka, new EdgeMeters(new SimpleMeterRegistry()),
                (_, cause) -> fatal.set(cause), Ticker.systemTicker());
        feeds.start();
        past = new PublishedPast(kafka, STREAM, System.currentTimeMillis() - ageMs);
    }

    KafkaClients kafka() {
        return kafka;
    }

    Feeds feeds() {
        return feeds;
    }

    PublishedPast past() {
        return past;
    }

    /** Writes the stream into the directory as live, and returns when the feeds have read that. */
    void announce() {
        past.tell(StreamEntry.State.LIVE);
        Patience.await().until(() -> feeds.directory().newest(STREAM).isPresent());
    }

    /** Fails if a feed has failed. */
    @Override
    public void close() {
        past.close();
        feeds.close();
        assertThat(fatal.get()).isNull();
    }
}
