package io.millrace.segmenter;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.StoppedPartitions;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.kafka.Topics;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.StreamEntry;
import io.millrace.segmenter.cut.StreamFold;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole service on a real broker. */
@SlowTest
class SegmenterServiceTest {
    private static final String STREAM = "live/show";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    static Path directory;
    private static TestBroker broker;

    private final AtomicReference<Throwable> fatal = new AtomicReference<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.running();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private SegmenterService start(KafkaClients kafka, String node) {
        return SegmenterService.start(new SegmenterSettings("segmenter", directory.resolve(node), 1, 200,
                new Topics.Replicas(1)), kafka,
                registry,
                (_, cause) -> fatal.set(cause));
    }

    private static Tape story() {
        Tape tape = new Tape();
        tape.publisher().configs().live(0, 200, 33, 60).ends();
        tape.publisher().configs().live(0, 100, 33, 60).ends().graceOver();
        return tape;
    }

    private static void write(KafkaClients kafka, List<Tape.Entry> entries) {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 24)) {
            entries.forEach(e -> producer.send(new ProducerRecord<>(kafka.settings().topic(Topic.PACKETS),
                    kafka.partitionOf(STREAM), STREAM, LogCodec.encode(e.record()))));
        }
    }

    private static List<String> expectedCuts(Tape tape) {
        StreamFold fold = new StreamFold(STREAM);
        return tape.entries().stream().map(e -> fold.fold(e.offset(), e.record()))
                .flatMap(step -> Stream.concat(step.cuts().stream(), step.ended().stream()))
                .map(SegmenterServiceTest::hex).toList();
    }

    private static String hex(LogRecord record) {
        return HexFormat.of().formatHex(LogCodec.encode(record));
    }

    /** Reads the partition of our stream until it has {@code enough} different records. */
    private static List<LogRecord> read(KafkaClients kafka, Topic topic, Predicate<List<LogRecord>> enough) {
        return readPartition(kafka, topic, kafka.partitionOf(STREAM), enough);
    }

    private static List<LogRecord> readPartition(KafkaClients kafka, Topic topic, int partition,
            Predicate<List<LogRecord>> enough) {
        List<LogRecord> all = new ArrayList<>();
        try (KafkaConsumer<String, LogRecord> consumer = kafka.reader("test")) {
            consumer.assign(List.of(kafka.partition(topic, partition)));
            consumer.seekToBeginning(consumer.assignment());
            Awaitility.await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(50)).forEach(r -> all.add(r.value()));
                return enough.test(all);
            });
        }
        return all;
    }

    private static List<String> firstOfEach(List<LogRecord> records) {
        return records.stream().map(SegmenterServiceTest::hex).distinct().toList();
    }

    @Test
    void cutsStreamInLog() {
        KafkaClients kafka = broker.clients("a.");
        Tape tape = story();
        write(kafka, tape.entries());
        List<String> expected = expectedCuts(tape);
        try (SegmenterService service = start(kafka, "a")) {
            List<LogRecord> cuts = read(kafka, Topic.SEGMENTS, all -> all.size() >= expected.size());
            assertThat(cuts).extracting(SegmenterServiceTest::hex).isEqualTo(expected);
            assertThat(service.checks()).singleElement().extracting(c -> c.probe().get())
                    .isEqualTo(HealthCheck.Status.up("running"));
            List<LogRecord> entries = read(kafka, Topic.STREAMS,
                    all -> !all.isEmpty() && all.getLast() instanceof StreamEntry e
                            && e.state() == StreamEntry.State.ENDED);
            assertThat(((StreamEntry) entries.getLast()).sessions()).hasSize(2);
        }
        assertThat(fatal.get()).isNull();
        assertThat(registry.get("millrace.stage.latency").tag("stage", "segmenter").timer().count())
                .as("without the end of the epoch").isEqualTo(expected.size() - 1);
    }

    /** The record would be lost to all releases if the segmenter committed a position after it. */
    @Test
    void stopsPartitionAtRecordOfNewerRelease() throws Exception {
        KafkaClients kafka = broker.clients("newer.");
        Tape tape = story();
        List<String> expected = expectedCuts(tape);
        TopicPartition packets = kafka.partition(Topic.PACKETS, kafka.partitionOf(STREAM));
        int half = 400;
        try (LogCapture log = new LogCapture(StoppedPartitions.class);
                SegmenterService _ = start(kafka, "newer");
                KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 20);
                Admin admin = kafka.admin("test")) {
            write(kafka, tape.entries().subList(0, half));
            byte[] newer = LogCodec.encode(tape.entries().getFirst().record());
            newer[5] ^= 1;
            producer.send(new ProducerRecord<>(packets.topic(), packets.partition(), STREAM, newer)).get();
            write(kafka, tape.entries().subList(half, tape.entries().size()));
            // Another stream, in another partition, goes on.
            String other = IntStream.range(0, 100).mapToObj(i -> "live/other" + i)
                    .filter(name -> kafka.partitionOf(name) != kafka.partitionOf(STREAM)).findFirst().orElseThrow();
            tape.entries().forEach(e -> producer.send(new ProducerRecord<>(packets.topic(), kafka.partitionOf(other),
                    other, LogCodec.encode(e.record()))));
            readPartition(kafka, Topic.SEGMENTS, kafka.partitionOf(other), all -> all.size() >= expected.size());
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(kafka.stopped().stoppedAt(packets)).hasValue(half);
                assertThat(admin.listConsumerGroupOffsets(kafka.settings().group("segmenter"))
                        .partitionsToOffsetAndMetadata().get().get(packets).offset()).isEqualTo(half);
            });
            assertThat(log.texts(Level.ERROR)).singleElement().asString()
                    .startsWith(packets + " is stopped at offset " + half + ": a newer release wrote this record");
        }
        assertThat(read(kafka, Topic.SEGMENTS, all -> !all.isEmpty())).hasSizeLessThan(expected.size());
        assertThat(fatal.get()).isNull();
    }

    /** The changelog is damaged, or its topic was deleted and created again. */
    @Test
    void damagedStatesAreRebuiltFromLog() throws Exception {
        KafkaClients kafka = broker.clients("damaged.");
        Tape tape = story();
        List<String> expected = expectedCuts(tape);
        int half = 400;
        TopicPartition packets = kafka.partition(Topic.PACKETS, kafka.partitionOf(STREAM));
        try (SegmenterService _ = start(kafka, "damaged"); Admin admin = kafka.admin("test")) {
            write(kafka, tape.entries().subList(0, half));
            Awaitility.await().atMost(PATIENCE).until(() -> {
                var committed = admin.listConsumerGroupOffsets(kafka.settings().group("segmenter"))
                        .partitionsToOffsetAndMetadata().get().get(packets);
                return committed != null && committed.offset() == half;
            });
        }
        TopicPartition changelog = new TopicPartition(kafka.settings().group("segmenter") + "-folds-changelog",
                packets.partition());
        try (KafkaConsumer<String, LogRecord> consumer = kafka.seeker("test", Map.of());
                KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 20)) {
            Set<String> owners = new HashSet<>();
            consumer.assign(List.of(changelog));
            consumer.seekToBeginning(consumer.assignment());
            long end = consumer.endOffsets(consumer.assignment()).get(changelog);
            while (consumer.position(changelog) < end) {
                consumer.poll(Duration.ofMillis(50)).forEach(record -> owners.add(record.key()));
            }
            for (String owner : owners) {
                producer.send(new ProducerRecord<>(changelog.topic(), changelog.partition(), owner, new byte[]{9}))
                        .get();
            }
        }
        try (LogCapture log = LogCapture.ofPackages("io.millrace.segmenter.topology");
                SegmenterService _ = start(kafka, "rebuilt")) {
            write(kafka, tape.entries().subList(half, tape.entries().size()));
            List<LogRecord> all = read(kafka, Topic.SEGMENTS,
                    records -> firstOfEach(records).size() >= expected.size());
            assertThat(firstOfEach(all)).isEqualTo(expected);
            assertThat(log.texts(Level.ERROR)).isNotEmpty().allMatch(line -> line.endsWith("cannot be read: java.lang.IndexOutOfBoundsException"));
            assertThat(log.texts(Level.WARN)).contains("the states of partition " + packets.partition() + " were rebuilt from " + half
                    + " records before offset " + half);
        }
        assertThat(fatal.get()).isNull();
    }

    @Test
    void successorsContinueAsOneStream() {
        KafkaClients kafka = broker.clients("b.");
        Tape tape = story();
        List<String> expected = expectedCuts(tape);
        List<Tape.Entry> entries = tape.entries();
        int from = 0;
        for (int until : new int[]{150, 151, 400, 500, entries.size()}) {
            try (SegmenterService service = start(kafka, "b" + until)) {
                write(kafka, entries.subList(from, until));
                from = until;
                Tape part = new Tape();
                entries.subList(0, until).forEach(e -> part.add(e.record()));
                int cuts = expectedCuts(part).size();
                read(kafka, Topic.SEGMENTS, all -> firstOfEach(all).size() >= cuts);
                assertThat(service.checks()).isNotEmpty();
            }
        }
        List<LogRecord> all = read(kafka, Topic.SEGMENTS, records -> firstOfEach(records).size() >= expected.size());
        assertThat(firstOfEach(all)).isEqualTo(expected);
        assertThat(all.stream().filter(Cut.class::isInstance).map(Cut.class::cast).filter(c -> c.head() != null)
                .map(c -> c.id().segment()).distinct())
                .containsExactlyElementsOf(IntStream.range(0, 6).mapToObj(i -> (long) i).toList());
        assertThat(registry.counter("millrace.segmenter.repeated").count()).isPositive();
        assertThat(fatal.get()).isNull();
    }
}
