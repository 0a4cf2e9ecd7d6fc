package io.millrace.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.flv.FlvTag;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.StreamEntry;
import io.millrace.testkit.Patience;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** Ten thousand live streams without viewers: their cost, and that each of them can be watched. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class UnwatchedStreamsTest {
    private static final int STREAMS = 10_000;
    private static final int COLD = 20;
    private static final long HEAP_BYTES_PER_STREAM = 8_192;

    @Test
    void useLittleMemoryAndFetchNoMedia(TestBroker broker) throws Exception {
        var fatal = new AtomicReference<Throwable>();
        KafkaClients kafka = broker.clients("unwatched.");
        List<String> cold = new ArrayList<>();
        for (int i = 0; i < COLD; i++) {
            cold.add("cold/s" + i);
            publish(kafka, cold.getLast());
        }
        long before = heapBytes();
        write(kafka);
        try (EdgeService edge = EdgeService.start(EdgeSettings.of("127.0.0.1", 0, "edge-1"), kafka,
                new SimpleMeterRegistry(), (_, cause) -> fatal.set(cause))) {
            assertThat(heapBytes() - before).isLessThan(STREAMS * HEAP_BYTES_PER_STREAM);
            assertThat(mediaFetches(broker, kafka)).as("fetches of media without viewers").isZero();
            cold.forEach(name -> awaitFirstKeyframe(edge.port(), name));
            var fetches = new AtomicLong(mediaFetches(broker, kafka));
            assertThat(fetches.get()).isPositive();
            // A consumer that follows a partition sends two fetches per second, whether or not there are records.
            Patience.await().pollInterval(Duration.ofSeconds(2)).until(() -> {
                long now = mediaFetches(broker, kafka);
                return fetches.getAndSet(now) == now;
            });
        }
        assertThat(fatal.get()).isNull();
    }

    private static long mediaFetches(TestBroker broker, KafkaClients kafka) {
        return broker.fetches(kafka.settings().topic(Topic.PACKETS))
                + broker.fetches(kafka.settings().topic(Topic.INDEX));
    }

    /** Two GOPs, as a stream has after a second or two. */
    private static void publish(KafkaClients kafka, String stream) {
        try (var log = new LogWriter(kafka, stream)) {
            long session = log.session();
            log.write(Topic.PACKETS, Records.videoConfig(session, 0, Records.AVC_RECORD));
            for (int i = 0; i < 10; i++) {
                long offset = log.write(Topic.PACKETS, Records.video(session, 1 + i, 40L * i, i % 5 == 0, i));
                if (i == 0) {
                    log.write(Topic.INDEX, new Records.PartSpec(session, 0).keyframe(offset).part(0, true, 0));
                }
            }
            log.write(Topic.STREAMS, Records.entry(stream, session, StreamEntry.State.LIVE,
                    List.of(Records.TRACKS.getFirst()), session));
        }
    }

    private static void write(KafkaClients kafka) {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test-many", 32 << 20)) {
            for (int i = 0; i < STREAMS; i++) {
                String stream = "live/s" + i;
                producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.STREAMS), kafka.partitionOf(stream),
                        StreamKey.of(stream, i), LogCodec.encode(Records.entry(stream, i, StreamEntry.State.LIVE))));
            }
            producer.flush();
        }
    }

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void awaitFirstKeyframe(int port, String stream) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port);
                var tags = new ChunkedFlv(socket.getInputStream())) {
            socket.setSoTimeout(Patience.MILLIS);
            socket.getOutputStream().write(("GET /" + stream + ".flv HTTP/1.1\r\nHost: x\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            assertThat(tags.status()).isEqualTo(200);
            FlvTag tag = tags.next();
            while (tag.type() != FlvTag.Type.VIDEO || tag.body().get(1) == 0) {
                tag = tags.next();
            }
            assertThat(tag.body().get(0) >> 4).as("a keyframe").isEqualTo(1);
        } catch (IOException e) {
            throw new IllegalStateException("no keyframe of " + stream, e);
        }
    }
}
