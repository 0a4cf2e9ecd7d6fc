package io.millrace.packager;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.mpegts.TsReader;
import io.millrace.packager.WrittenLog.Entry;
import io.millrace.packager.loop.PackagerSettings;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.KafkaSettings;
import io.millrace.platform.kafka.StoppedPartitions;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.RenditionId;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.SlowTest;
import io.millrace.testkit.TestBroker;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The whole service on a real broker. */
@SlowTest
class PackagerServiceTest {
    private static final int PARTITIONS = 2;
    /** CMAF video, CMAF audio and MPEG-TS. */
    private static final int RENDITIONS = 3;
    /** Renditions with parts of their own: MPEG-TS is made from them. */
    private static final int STORED = 2;
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

    @Test
    void writesPartsThatIndexPointsTo() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a", "live/b");
        KafkaClients kafka = kafka("whole.");
        TopicAccess topics = new TopicAccess(kafka, fatal);
        try (PackagerService service = start(kafka, "one")) {
            assertThat(service.partitions()).containsExactlyInAnyOrder(0, 1);
            topics.write(1, log);
            Map<String, IndexedPart> index = topics.index(1, log.cuts.size());
            assertThat(index.keySet()).containsExactlyElementsOf(log.cuts.stream()
                    .map(e -> e.stream() + " " + e.value().id().segment() + "." + e.value().id().part()).toList());
            Map<Long, Part> parts = topics.parts(1);
            for (String stream : List.of("live/a", "live/b")) {
                TsReader reader = new TsReader();
                TopicAccess.media(index, parts, stream).forEach(bytes -> reader.feed(bytes.duplicate()));
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
        TopicAccess topics = new TopicAccess(kafka, fatal);
        topics.write(1, log);
        EpochEnded end = new EpochEnded(7, log.cuts.getLast().value().id().segment(), 1_767_225_603_000L);
        topics.write(1, List.of(new Entry<>(0, "live/a", end), new Entry<>(1, "live/b", end)), Topic.SEGMENTS);
        Map<String, IndexRecord> index;
        try (PackagerService _ = start(kafka, "one")) {
            index = topics.indexRecords(1, log.cuts.size() + 2);
        }
        List<String> written = List.copyOf(index.keySet());
        assertThat(written.subList(log.cuts.size(), written.size())).containsExactly("live/a ended", "live/b ended");
        assertThat(index).containsEntry("live/a ended", end).containsEntry("live/b ended", end);
        assertThat(fatal.get()).isNull();
    }

    @Test
    void successorContinuesWithSameBytes() throws Exception {
        WrittenLog log = new WrittenLog(Format.CMAF, Format.TS).publish(7, 9, "live/a", "live/b");
        KafkaClients whole = kafka("unbroken.");
        TopicAccess wholeTopics = new TopicAccess(whole, fatal);
        KafkaClients broken = kafka("broken.");
        TopicAccess brokenTopics = new TopicAccess(broken, fatal);
        // In the middle of a segment of at least one stream.
        int cutsBefore = 20;
        while (log.cuts.get(cutsBefore - 1).value().id().part() != 1) {
            cutsBefore++;
        }
        int packetsBefore = (int) log.cuts.get(cutsBefore - 1).value().packets().lastOffset() + 1;
        Map<String, IndexedPart> wholeIndex;
        Map<Long, Part> wholeParts;
        try (PackagerService _ = start(whole, "one")) {
            wholeTopics.write(0, log);
            wholeIndex = wholeTopics.index(0, RENDITIONS * log.cuts.size());
            wholeParts = wholeTopics.parts(0);
        }
        List<Entry<Packet>> packets = log.packets;
        List<Entry<Cut>> cuts = log.cuts;
        try (PackagerService _ = start(broken, "first")) {
            brokenTopics.write(0, packets.subList(0, packetsBefore), Topic.PACKETS);
            brokenTopics.write(0, cuts.subList(0, cutsBefore), Topic.SEGMENTS);
            brokenTopics.index(0, RENDITIONS * cutsBefore);
        }
        // The second packager has no memory for packets: it reads them all again when their cuts arrive.
        MeterRegistry registry = new SimpleMeterRegistry();
        try (PackagerService _ = start(broken, "second", 1, registry)) {
            brokenTopics.write(0, packets.subList(packetsBefore, packets.size()), Topic.PACKETS);
            brokenTopics.write(0, cuts.subList(cutsBefore, cuts.size()), Topic.SEGMENTS);
            Map<String, IndexedPart> index = brokenTopics.index(0, RENDITIONS * cuts.size());
            Map<Long, Part> parts = brokenTopics.parts(0);
            assertThat(parts).as("goes on in the middle, and does not make everything again")
                    .hasSizeBetween(STORED * cuts.size() + 1, STORED * (cuts.size() + 30));
            for (String stream : List.of("live/a", "live/b")) {
                assertThat(TopicAccess.media(index, parts, stream)).isEqualTo(
                        TopicAccess.media(wholeIndex, wholeParts, stream));
            }
            assertThat(registry.get("millrace.packager.rereads").counter().count()).isGreaterThan(10);
        }
        assertThat(fatal.get()).isNull();
    }

    @Test
    void packagersSharePartitionsAndTakeOver() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a");
        KafkaClients kafka = kafka("shared.");
        TopicAccess topics = new TopicAccess(kafka, fatal);
        try (PackagerService first = start(kafka, "first")) {
            PackagerService second = start(kafka, "second");
            Awaitility.await().atMost(PATIENCE)
                    .until(() -> first.partitions().size() == 1 && second.partitions().size() == 1);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                topics.write(partition, log.packets, Topic.PACKETS);
                topics.write(partition, log.cuts.subList(0, 5), Topic.SEGMENTS);
                topics.index(partition, 5);
            }
            second.close();
            assertThat(second.isRunning()).isFalse();
            List<List<ByteBuffer>> media = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                topics.write(partition, log.cuts.subList(5, log.cuts.size()), Topic.SEGMENTS);
                media.add(
                        TopicAccess.media(topics.index(partition, log.cuts.size()), topics.parts(partition), "live/a"));
            }
            assertThat(media.getFirst()).isEqualTo(media.getLast());
        }
        assertThat(fatal.get()).isNull();
    }

    @Test
    void skipsUndecodableRecords() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a");
        KafkaClients kafka = kafka("damaged.");
        TopicAccess topics = new TopicAccess(kafka, fatal);
        try (PackagerService _ = start(kafka, "one")) {
            topics.write(0, log.packets, Topic.PACKETS);
            try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 20)) {
                for (Topic topic : List.of(Topic.PACKETS, Topic.SEGMENTS)) {
                    producer.send(new ProducerRecord<>(kafka.settings().topic(topic), 0, "live/a", new byte[]{1, 2, 3}))
                            .get();
                    producer.send(new ProducerRecord<>(kafka.settings().topic(topic), 0, "live/a", null)).get();
                }
            }
            topics.write(0, log.cuts, Topic.SEGMENTS);
            topics.index(0, log.cuts.size());
        }
        assertThat(fatal.get()).isNull();
    }

    @Test
    void stopsPartitionAtRecordOfNewerRelease() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a");
        KafkaClients kafka = kafka("newer.");
        TopicAccess topics = new TopicAccess(kafka, fatal);
        int before = 10;
        TopicPartition segments = kafka.partition(Topic.SEGMENTS, 0);
        try (LogCapture said = new LogCapture(StoppedPartitions.class);
                PackagerService _ = start(kafka, "one");
                Admin admin = kafka.admin("test");
                KafkaProducer<String, byte[]> producer = kafka.producer("test", 1 << 20)) {
            topics.write(0, log.packets, Topic.PACKETS);
            topics.write(0, log.cuts.subList(0, before), Topic.SEGMENTS);
            byte[] newer = LogCodec.encode(log.cuts.get(before).value());
            newer[5] ^= 1;
            producer.send(new ProducerRecord<>(segments.topic(), 0, "live/a", newer)).get();
            topics.write(0, log.cuts.subList(before, log.cuts.size()), Topic.SEGMENTS);
            topics.write(1, log);
            topics.index(1, log.cuts.size());
            topics.index(0, before);
            Awaitility.await().atMost(PATIENCE).untilAsserted(
                    () -> assertThat(kafka.stopped().stoppedAt(segments)).hasValue(before));
            assertThat(topics.index(0, before)).hasSize(before);
            Awaitility.await().atMost(PATIENCE).untilAsserted(
                    () -> assertThat(admin.listConsumerGroupOffsets(kafka.settings().group("packager"))
                            .partitionsToOffsetAndMetadata().get().get(kafka.partition(Topic.SEGMENTS, 1)).offset())
                            .isPositive());
            assertThat(said.texts(Level.ERROR)).singleElement().asString()
                    .startsWith(segments + " is stopped at offset " + before);
        }
        try (Admin admin = kafka.admin("test")) {
            assertThat(admin.listConsumerGroupOffsets(kafka.settings().group("packager"))
                    .partitionsToOffsetAndMetadata().get().get(segments).offset()).isBetween(1L, (long) before);
        }
        assertThat(fatal.get()).isNull();
    }

    /** One segment that cannot be muxed, and one whose gap a predecessor has recorded. */
    @Test
    void recordsAndObservesGaps() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a");
        Cut broken = log.cuts.stream().map(Entry::value).filter(cut -> cut.id().segment() == 3 && cut.id().isFirst())
                .findFirst().orElseThrow();
        log.damage(broken.packets().firstOffset(),
                ByteBuffer.wrap(new byte[]{0x17, 1, 0, 0, 0, 0x7F, 0, 0, 0, 0x65}));
        Cut known = log.cuts.stream().map(Entry::value).filter(cut -> cut.id().segment() == 1).findFirst()
                .orElseThrow();
        Gap recorded = new Gap(known.id(), RenditionId.TS, Gap.Reason.BUG, known.times(), known.head().start());
        KafkaClients kafka = kafka("gaps.");
        TopicAccess topics = new TopicAccess(kafka, fatal);
        topics.write(0, List.of(new Entry<>(0, "live/a", recorded)), Topic.INDEX);
        int whole = (int) log.cuts.stream().filter(e -> !Set.of(1L, 3L).contains(e.value().id().segment())).count();
        Map<String, IndexedPart> index;
        try (PackagerService _ = start(kafka, "one")) {
            topics.write(0, log);
            index = topics.index(0, whole + 2);
        }
        assertThat(index.values()).filteredOn(Gap.class::isInstance).extracting(IndexedPart::id)
                .containsExactly(known.id(), broken.id());
        assertThat(topics.parts(0).values()).extracting(part -> part.id().segment()).doesNotContain(1L, 3L);
        try (PackagerService _ = start(kafka, "two")) {
            WrittenLog next = new WrittenLog().publish(7, 9, "live/b");
            topics.write(1, next);
            topics.index(1, next.cuts.size());
        }
        assertThat(topics.index(0, whole + 2)).isEqualTo(index);
        assertThat(fatal.get()).isNull();
    }

    /** A packager that was frozen and replaced writes a gap of a part that its successor has written. */
    @Test
    void lateGapOfReplacedPackagerIsVoid() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a");
        int before = 10;
        while (log.cuts.get(before - 1).value().id().part() != 1) {
            before++;
        }
        Cut first = log.cuts.get(before - 2).value();
        KafkaClients kafka = kafka("late.");
        TopicAccess topics = new TopicAccess(kafka, fatal);
        try (PackagerService _ = start(kafka, "next")) {
            topics.write(0, log.packets, Topic.PACKETS);
            topics.write(0, log.cuts.subList(0, before), Topic.SEGMENTS);
            topics.index(0, before);
        }
        Gap late = new Gap(first.id(), RenditionId.TS, Gap.Reason.EXPIRED, first.times(), first.head().start());
        topics.write(0, List.of(new Entry<>(0, "live/a", late)), Topic.INDEX);
        try (PackagerService _ = start(kafka, "last")) {
            topics.write(0, log.cuts.subList(before, log.cuts.size()), Topic.SEGMENTS);
            assertThat(topics.index(0, log.cuts.size())).hasSize(log.cuts.size());
        }
        assertThat(fatal.get()).isNull();
    }

    @Test
    void endsIfLogRejectsParts() throws Exception {
        WrittenLog log = new WrittenLog().publish(7, 9, "live/a");
        KafkaClients kafka = kafka("full.");
        TopicAccess topics = new TopicAccess(kafka, fatal);
        ConfigResource parts = new ConfigResource(ConfigResource.Type.TOPIC, kafka.settings().topic(Topic.PARTS));
        try (Admin admin = kafka.admin("test")) {
            ConfigEntry tooSmall = new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, "100");
            admin.incrementalAlterConfigs(
                    Map.of(parts, List.of(new AlterConfigOp(tooSmall, AlterConfigOp.OpType.SET)))).all().get();
        }
        try (PackagerService service = start(kafka, "one")) {
            topics.write(0, log);
            Awaitility.await().atMost(PATIENCE).until(() -> fatal.get() != null && !service.isRunning());
        }
        assertThat(fatal.get()).hasRootCauseInstanceOf(RecordTooLargeException.class);
    }
}
