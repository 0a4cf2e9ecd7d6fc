package io.millrace.edge.past;

import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Requester;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.PartTimes;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.millrace.platform.past.RangeReader;
import io.millrace.platform.timeline.Tracks;
import io.millrace.testkit.Records;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** Searches for codec configurations in the log of a real broker, and how much of the log they read. */
@SlowTest
@Timeout(300)
@ExtendWith(SharedBroker.class)
class CutTracksTest {
    private static final String STREAM = "live/configured";
    private static final int SEGMENTS = 200;

    private static KafkaClients kafka;

    private KafkaConsumer<String, LogRecord> consumer;
    private ReaderPool readers;
    private CutTracks tracks;

    @BeforeAll
    static void write(TestBroker broker) {
        kafka = broker.clients("cut-tracks.");
        TopicPartition partition = kafka.partition(Topic.SEGMENTS, kafka.partitionOf(STREAM));
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test-cuts", 32 << 20)) {
            for (long segment = 0; segment < SEGMENTS; segment++) {
                producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), STREAM,
                        LogCodec.encode(cut(segment))));
            }
        }
    }

    @BeforeEach
    void open() {
        consumer = kafka.seeker("test-cut-tracks", Map.of());
        readers = new ReaderPool("test-cut-tracks", 1, _ -> new RangeReader(consumer));
        tracks = new CutTracks(kafka, readers, () -> 0);
    }

    @AfterEach
    void close() {
        readers.close();
    }

    private static Cut cut(long segment) {
        return new Cut(new PartId(5, segment, 0), 5, true, true, new Cut.PacketRange(0, 0), new PartTimes(0, 0, 0, 0),
                Records.head(Records.TRACKS), List.of());
    }

    private static IndexEntry keyframe(long segment) {
        return entry(new PartId(5, segment, 0), System.currentTimeMillis() * 1000, true);
    }

    private static IndexEntry entry(PartId id, long arrivalUs, boolean segmentIndependent) {
        return new IndexEntry(id, id.isFirst(), RenditionId.TS, new PartPlace(0, 0), new PartTimes(0, 0, 0, arrivalUs),
                true,
                new Keyframe(5, 0, 0), new SegmentStart(segmentIndependent, false, 0, 2));
    }

    private CompletableFuture<Optional<Tracks>> find(long segment) {
        return tracks.at(STREAM, keyframe(segment), Requester.of("127.0.0.1", () -> false));
    }

    private long records() {
        return consumer.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals("records-consumed-total")
                        && !metric.getKey().tags().containsKey("topic"))
                .mapToLong(metric -> ((Double) metric.getValue().metricValue()).longValue()).sum();
    }

    @Test
    void oneSearchServesAllSegmentsItRead() throws Exception {
        var expected = Optional.of(Tracks.of(Records.TRACKS));
        assertThat(find(SEGMENTS / 2).get()).isEqualTo(expected);
        long read = records();
        assertThat(read).isPositive();

        for (long segment = 0; segment < SEGMENTS; segment++) {
            assertThat(find(segment).get()).isEqualTo(expected);
        }
        assertThat(records()).isEqualTo(read);
    }

    /** The encoder stalled within the segment, so the segment's first cut is much older than its keyframe. */
    @Test
    void findsSegmentThatBeganLongBeforeKeyframe() throws Exception {
        long arrivalUs = (System.currentTimeMillis() + 60_000) * 1_000;
        var late = entry(new PartId(5, SEGMENTS / 2, 1), arrivalUs, false);
        assertThat(tracks.at(STREAM, late, Requester.of("127.0.0.1", () -> false)).get())
                .contains(Tracks.of(Records.TRACKS));
    }

    @Test
    void concurrentSearchesReadOnce() throws Exception {
        var busy = new CountDownLatch(1);
        readers.submit(reader -> {
            await(busy);
            return reader;
        });
        List<CompletableFuture<Optional<Tracks>>> waiting = new ArrayList<>();
        for (long segment = 0; segment < SEGMENTS; segment++) {
            waiting.add(find(segment));
        }
        busy.countDown();

        for (CompletableFuture<Optional<Tracks>> found : waiting) {
            assertThat(found.get()).isPresent();
        }
        assertThat(records()).isEqualTo(SEGMENTS);
    }

    @Test
    void absentCutIsSearchedOnce() throws Exception {
        assertThat(find(SEGMENTS).get()).isEmpty();
        long read = records();

        assertThat(find(SEGMENTS).get()).isEmpty();
        assertThat(records()).isEqualTo(read);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
