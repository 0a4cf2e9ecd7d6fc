package io.millrace.segmenter;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Topics;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.SegmentsRecord;
import io.millrace.segmenter.cut.StreamFold;
import io.millrace.segmenter.meters.SegmenterMeters;
import io.millrace.segmenter.topology.CommittedPositions;
import io.millrace.segmenter.topology.PacketsReader;
import io.millrace.segmenter.topology.SegmenterTopology;
import io.millrace.testkit.Patience;
import io.millrace.testkit.SharedBroker;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** An owner is frozen in the middle of a commit, replaced, and goes on; on a real broker with real rebalances. */
@SlowTest
@ExtendWith(SharedBroker.class)
class StaleOwnerTest {
    private static final String STREAM = "live/show";
    private static final Duration PATIENCE = Duration.ofMillis(Patience.MILLIS);

    @TempDir
    Path directory;
    private final CountDownLatch frozen = new CountDownLatch(1);
    private final CountDownLatch thaw = new CountDownLatch(1);
    private final CountDownLatch written = new CountDownLatch(1);
    private volatile boolean freezes;

    /** The clients of an owner whose next write to the changelog waits until the test lets it go on. */
    private final class Freezing implements KafkaClientSupplier {
        @Override
        public Admin getAdmin(Map<String, Object> config) {
            return Admin.create(config);
        }

        @Override
        public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
            return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()) {
                @Override
                public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
                    if (!freezes || !record.topic().endsWith("-changelog")) {
                        return super.send(record, callback);
                    }
                    frozen.countDown();
                    await(thaw);
                    return super.send(record, (metadata, failure) -> {
                        written.countDown();
                        callback.onCompletion(metadata, failure);
                    });
                }
            };
        }

        @Override
        public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
            return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        }

        @Override
        public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
            return getConsumer(config);
        }

        @Override
        public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
            throw new UnsupportedOperationException();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(Patience.MILLIS, TimeUnit.MILLISECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private SegmenterSettings settings(String node) {
        return new SegmenterSettings("segmenter", directory.resolve(node), 0, 100, new Topics.Replicas(1));
    }

    private SegmenterService start(KafkaClients kafka, String node) {
        return SegmenterService.start(settings(node), kafka, new SimpleMeterRegistry(), (_, _) -> {});
    }

    private KafkaStreams startFreezing(KafkaClients kafka) {
        CommittedPositions committed = new CommittedPositions();
        Properties properties = SegmenterService.properties(settings("frozen"), kafka, committed);
        // A thread that is frozen does not poll, and the group takes its partitions away.
        properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG), 5_000);
        KafkaStreams streams = new KafkaStreams(
                SegmenterTopology.build(kafka.settings(), new SegmenterMeters(new SimpleMeterRegistry()), committed,
                        new PacketsReader(kafka, "frozen-packets"), _ -> {}),
                properties, new Freezing());
        streams.start();
        return streams;
    }

    private static void write(KafkaClients kafka, String stream, List<Tape.Entry> entries) {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 24)) {
            entries.forEach(e -> producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PACKETS),
                    kafka.partitionOf(STREAM), stream, LogCodec.encode(e.record()))));
        }
    }

    private static void awaitCommit(KafkaClients kafka, long position) throws Exception {
        TopicPartition packets = kafka.partition(Topic.PACKETS, kafka.partitionOf(STREAM));
        try (Admin admin = kafka.admin("test")) {
            Awaitility.await().atMost(PATIENCE).until(() -> {
                OffsetAndMetadata committed = admin.listConsumerGroupOffsets(kafka.settings().group("segmenter"))
                        .partitionsToOffsetAndMetadata().get().get(packets);
                return committed != null && committed.offset() >= position;
            });
        }
    }

    private static List<String> expected(Tape tape) {
        StreamFold fold = new StreamFold(STREAM);
        return tape.entries().stream().map(e -> fold.fold(e.offset(), e.record()))
                .flatMap(step -> Stream.<LogRecord>concat(step.cuts().stream(), step.ended().stream()))
                .map(StaleOwnerTest::said).toList();
    }

    /** Identity and a hash of the bytes. */
    private static String said(LogRecord record) {
        String hash = Integer.toHexString(Arrays.hashCode(LogCodec.encode(record)));
        return switch (record) {
            case Cut cut -> cut.id() + " " + cut.packets() + " " + hash;
            default -> record + " " + hash;
        };
    }

    /** Returns the first record of each identity. */
    private static List<String> segments(KafkaClients kafka, int atLeast) {
        Set<String> all = new LinkedHashSet<>();
        try (KafkaConsumer<String, LogRecord> consumer = kafka.reader("test")) {
            consumer.assign(List.of(kafka.partition(Topic.SEGMENTS, kafka.partitionOf(STREAM))));
            consumer.seekToBeginning(consumer.assignment());
            Awaitility.await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(50)).forEach(record -> {
                    if (record.value() instanceof SegmentsRecord decided) {
                        all.add(said(decided));
                    }
                });
                return all.size() >= atLeast;
            });
        }
        return new ArrayList<>(all);
    }

    @Test
    void broadcastAfterFrozenOwnerBeginsNewEpoch(TestBroker broker) throws Exception {
        KafkaClients kafka = broker.clients("stale.");
        Tape tape = new Tape();
        Tape.Publisher yesterday = tape.publisher().configs().live(0, 200, 33, 30);
        int before = tape.entries().size();
        yesterday.live(6_600, 60, 33, 30);
        int during = tape.entries().size();
        yesterday.ends().graceOver();
        int after = tape.entries().size();
        // A record that no release has written, so that the ended stream can be forgotten.
        tape.skip(2);
        tape.publisher().configs().live(0, 200, 33, 30).ends().graceOver();
        List<Tape.Entry> entries = tape.entries();

        try (KafkaStreams stale = startFreezing(kafka)) {
            write(kafka, STREAM, entries.subList(0, before));
            awaitCommit(kafka, before);
            freezes = true;
            write(kafka, STREAM, entries.subList(before, during));
            await(frozen);
            try (SegmenterService _ = start(kafka, "next")) {
                write(kafka, STREAM, entries.subList(during, after));
                awaitCommit(kafka, after);
                writeNothing(kafka);
                awaitCommit(kafka, after + 1L);
                writeNothing(kafka);
                awaitCommit(kafka, after + 2L);
                thaw.countDown();
                await(written);
                stale.close(PATIENCE);
            }
        }
        try (SegmenterService _ = start(kafka, "last")) {
            write(kafka, STREAM, entries.subList(after, entries.size()));
            List<String> expected = expected(tape);
            assertThat(segments(kafka, expected.size())).isEqualTo(expected);
        }
    }

    private static void writeNothing(KafkaClients kafka) throws Exception {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 20)) {
            producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PACKETS), kafka.partitionOf(STREAM), STREAM,
                    new byte[]{1})).get();
        }
    }
}
