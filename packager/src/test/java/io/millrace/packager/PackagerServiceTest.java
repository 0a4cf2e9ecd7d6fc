package io.millrace.packager;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.mpegts.TsReader;
import io.millrace.packager.WrittenLog.Entry;
import io.millrace.packager.loop.PackagerSettings;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogDeserializer;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole service on a real broker. */
@SlowTest
class PackagerServiceTest {
    private static final int PARTITIONS = 2;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static TestBroker broker;

    private final AtomicReference<Throwable> fatal = new AtomicReference<>();

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.running();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static KafkaClients kafka(String prefix) {
        return TestBroker.clients(
                new KafkaSettings(broker.bootstrap(), prefix, PARTITIONS, 1, Long.MAX_VALUE, -1, Map.of()));
    }

    private PackagerService start(KafkaClients kafka, String node) throws Exception {
        return start(kafka, node, 1 << 20, new SimpleMeterRegistry());
    }

    private PackagerService start(KafkaClients kafka, String node, long cacheBytes, MeterRegistry registry)
            throws Exception {
        PackagerService service = PackagerService.start(
                new PackagerSettings(node, cacheBytes, 1 << 20, Duration.ofMillis(50)), kafka, registry,
                (_, cause) -> fatal.set(cause));
        service.ready().get(120, TimeUnit.SECONDS);
        return service;
    }

    /** Writes the records of the log from one index to another into the partition {@code partition}. */
    private static void write(KafkaClients kafka, int partition, List<? extends Entry<? extends LogRecord>> entries,
            Topic topic) {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 32 << 20)) {
            for (Entry<? extends LogRecord> entry : entries) {
                producer.send(new ProducerRecord<>(kafka.settings().topic(topic), partition, entry.stream(),
                        LogCodec.encode(entry.value())));
            }
            producer.flush();
        }
    }

    /** A consumer that does not wait at the end of the log; closing it would take as long as the wait. */
    private static KafkaConsumer<String, LogRecord> reader(KafkaClients kafka) {
        Map<String, Object> config = kafka.consumerConfig("test-reader");
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 5);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(config, new StringDeserializer(), new LogDeserializer());
    }

    /** Returns every index entry by identity, first record first, when {@code count} identities are there. */
    private Map<String, IndexEntry> index(KafkaClients kafka, int partition, int count) {
        Map<String, IndexEntry> found = new LinkedHashMap<>();
        try (KafkaConsumer<String, LogRecord> reader = reader(kafka)) {
            reader.assign(List.of(kafka.partition(Topic.INDEX, partition)));
            Instant deadline = Instant.now().plus(PATIENCE);
            while (found.size() < count && fatal.get() == null && Instant.now().isBefore(deadline)) {
                for (ConsumerRecord<String, LogRecord> record : reader.poll(Duration.ofMillis(100))) {
                    IndexEntry entry = (IndexEntry) record.value();
                    assertThat(record.timestamp()).as("found by its time").isEqualTo(entry.times().programDateTimeMs());
                    found.putIfAbsent(record.key() + " " + entry.id().segment() + "." + entry.id().part(), entry);
                }
            }
        }
        assertThat(fatal.get()).isNull();
        assertThat(found).hasSize(count);
        return found;
    }

    private static Map<Long, Part> parts(KafkaClients kafka, int partition) {
        Map<Long, Part> parts = new HashMap<>();
        try (KafkaConsumer<String, LogRecord> reader = reader(kafka)) {
            var from = kafka.partition(Topic.PARTS, partition);
            reader.assign(List.of(from));
            long end = reader.endOffsets(List.of(from)).get(from);
            while (reader.position(from) < end) {
                reader.poll(Duration.ofMillis(100)).forEach(r -> parts.put(r.offset(), (Part) r.value()));
            }
        }
        return parts;
    }

    private static List<ByteBuffer> media(Map<String, IndexEntry> index, Map<Long, Part> parts, String stream) {
        List<ByteBuffer> media = new ArrayList<>();
        index.forEach((identity, entry) -> {
            if (identity.startsWith(stream + " ")) {
                Part part = parts.get(entry.place().offset());
                assertThat(part.bytes().remaining()).isEqualTo(entry.place().sizeBytes());
                assertThat(List.of(part.id().segment(), (long) part.id().part())).containsExactly(entry.id().segment(),
                        (long) entry.id().part());
                media.add(part.bytes());
            }
        });
        return media;
    }

    @Test
    void writesPartsThatIndexPointsTo() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a", "live/b");
        KafkaClients kafka = kafka("whole.");
        try (PackagerService service = start(kafka, "one")) {
            assertThat(service.partitions()).containsExactlyInAnyOrder(0, 1);
            write(kafka, 1, log.packets, Topic.PACKETS);
            write(kafka, 1, log.cuts, Topic.SEGMENTS);
            Map<String, IndexEntry> index = index(kafka, 1, log.cuts.size());
            assertThat(index.keySet()).containsExactlyElementsOf(log.cuts.stream()
                    .map(e -> e.stream() + " " + e.value().id().segment() + "." + e.value().id().part()).toList());
            Map<Long, Part> parts = parts(kafka, 1);
            for (String stream : List.of("live/a", "live/b")) {
                TsReader reader = new TsReader();
                media(index, parts, stream).forEach(bytes -> reader.feed(bytes.duplicate()));
                assertThat(reader.finish().continuityErrors()).isEmpty();
                assertThat(reader.pesPackets(0x100)).hasSizeGreaterThanOrEqualTo(90);
            }
        }
        assertThat(fatal.get()).isNull();
    }

    /** The packager writes index entries only when Kafka has acknowledged their parts, and the end of the epoch after them. */
    @Test
    void endOfEpochFollowsItsLastEntry() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a", "live/b");
        KafkaClients kafka = kafka("ended.");
        write(kafka, 1, log.packets, Topic.PACKETS);
        write(kafka, 1, log.cuts, Topic.SEGMENTS);
        EpochEnded end = new EpochEnded(7, log.cuts.getLast().value().id().segment(), 1_767_225_603_000L);
        write(kafka, 1, List.of(new Entry<>(0, "live/a", end), new Entry<>(1, "live/b", end)), Topic.SEGMENTS);
        List<ConsumerRecord<String, LogRecord>> written = new ArrayList<>();
        try (PackagerService _ = start(kafka, "one"); KafkaConsumer<String, LogRecord> reader = reader(kafka)) {
            reader.assign(List.of(kafka.partition(Topic.INDEX, 1)));
            Instant deadline = Instant.now().plus(PATIENCE);
            while (written.size() < log.cuts.size() + 2 && Instant.now().isBefore(deadline)) {
                reader.poll(Duration.ofMillis(100)).forEach(written::add);
            }
        }
        assertThat(fatal.get()).isNull();
        assertThat(written).hasSize(log.cuts.size() + 2);
        assertThat(written.subList(0, log.cuts.size())).allMatch(record -> record.value() instanceof IndexEntry);
        assertThat(written.subList(log.cuts.size(), written.size())).extracting(ConsumerRecord::key)
                .containsExactly("live/a", "live/b");
        assertThat(written.getLast().value()).isEqualTo(end);
        assertThat(written.getLast().timestamp()).isEqualTo(end.endMs());
    }

    @Test
    void successorContinuesWithSameBytes() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a", "live/b");
        KafkaClients whole = kafka("unbroken.");
        KafkaClients broken = kafka("broken.");
        // In the middle of a segment of at least one stream.
        int cutsBefore = 20;
        while (log.cuts.get(cutsBefore - 1).value().id().part() != 1) {
            cutsBefore++;
        }
        int packetsBefore = (int) log.cuts.get(cutsBefore - 1).value().packets().lastOffset() + 1;
        Map<String, IndexEntry> wholeIndex;
        Map<Long, Part> wholeParts;
        try (PackagerService _ = start(whole, "one")) {
            write(whole, 0, log.packets, Topic.PACKETS);
            write(whole, 0, log.cuts, Topic.SEGMENTS);
            wholeIndex = index(whole, 0, log.cuts.size());
            wholeParts = parts(whole, 0);
        }
        List<Entry<Packet>> packets = log.packets;
        List<Entry<Cut>> cuts = log.cuts;
        try (PackagerService _ = start(broken, "first")) {
            write(broken, 0, packets.subList(0, packetsBefore), Topic.PACKETS);
            write(broken, 0, cuts.subList(0, cutsBefore), Topic.SEGMENTS);
            index(broken, 0, cutsBefore);
        }
        // The second packager has no memory for packets: it reads them all again when their cuts arrive.
        MeterRegistry registry = new SimpleMeterRegistry();
        try (PackagerService _ = start(broken, "second", 1, registry)) {
            write(broken, 0, packets.subList(packetsBefore, packets.size()), Topic.PACKETS);
            write(broken, 0, cuts.subList(cutsBefore, cuts.size()), Topic.SEGMENTS);
            Map<String, IndexEntry> index = index(broken, 0, cuts.size());
            Map<Long, Part> parts = parts(broken, 0);
            assertThat(parts).as("goes on in the middle, and does not make everything again")
                    .hasSizeBetween(cuts.size() + 1, cuts.size() + 30);
            for (String stream : List.of("live/a", "live/b")) {
                assertThat(media(index, parts, stream)).isEqualTo(media(wholeIndex, wholeParts, stream));
            }
            assertThat(registry.get("millrace.packager.rereads").counter().count()).isGreaterThan(10);
        }
        assertThat(fatal.get()).isNull();
    }

    @Test
    void packagersSharePartitionsAndTakeOver() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a");
        KafkaClients kafka = kafka("shared.");
        try (PackagerService first = start(kafka, "first")) {
            PackagerService second = start(kafka, "second");
            Awaitility.await().atMost(PATIENCE)
                    .until(() -> first.partitions().size() == 1 && second.partitions().size() == 1);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                write(kafka, partition, log.packets, Topic.PACKETS);
                write(kafka, partition, log.cuts.subList(0, 5), Topic.SEGMENTS);
                index(kafka, partition, 5);
            }
            second.close();
            assertThat(second.isRunning()).isFalse();
            List<List<ByteBuffer>> media = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                write(kafka, partition, log.cuts.subList(5, log.cuts.size()), Topic.SEGMENTS);
                media.add(media(index(kafka, partition, log.cuts.size()), parts(kafka, partition), "live/a"));
            }
            assertThat(media.getFirst()).isEqualTo(media.getLast());
        }
        assertThat(fatal.get()).isNull();
    }

    @Test
    void skipsUndecodableRecords() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a");
        KafkaClients kafka = kafka("damaged.");
        try (PackagerService _ = start(kafka, "one")) {
            write(kafka, 0, log.packets, Topic.PACKETS);
            try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 20)) {
                for (Topic topic : List.of(Topic.PACKETS, Topic.SEGMENTS)) {
                    producer.send(new ProducerRecord<>(kafka.settings().topic(topic), 0, "live/a", new byte[]{1, 2, 3}))
                            .get();
                    producer.send(new ProducerRecord<>(kafka.settings().topic(topic), 0, "live/a", null)).get();
                }
            }
            write(kafka, 0, log.cuts, Topic.SEGMENTS);
            index(kafka, 0, log.cuts.size());
        }
        assertThat(fatal.get()).isNull();
    }

    @Test
    void endsIfLogRejectsParts() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a");
        KafkaClients kafka = kafka("full.");
        ConfigResource parts = new ConfigResource(ConfigResource.Type.TOPIC, kafka.settings().topic(Topic.PARTS));
        try (Admin admin = kafka.admin("test")) {
            ConfigEntry tooSmall = new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "100");
            admin.incrementalAlterConfigs(
                    Map.of(parts, List.of(new AlterConfigOp(tooSmall, AlterConfigOp.OpType.SET)))).all().get();
        }
        try (PackagerService service = start(kafka, "one")) {
            write(kafka, 0, log.packets, Topic.PACKETS);
            write(kafka, 0, log.cuts, Topic.SEGMENTS);
            Awaitility.await().atMost(PATIENCE).until(() -> fatal.get() != null && !service.isRunning());
        }
        assertThat(fatal.get()).hasRootCauseInstanceOf(RecordTooLargeException.class);
    }
}
