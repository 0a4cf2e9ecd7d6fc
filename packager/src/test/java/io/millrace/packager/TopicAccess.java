package io.millrace.packager;

import io.millrace.packager.WrittenLog.Entry;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochEnded;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.LogDeserializer;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.Part;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.testkit.Patience;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;

import static org.assertj.core.api.Assertions.assertThat;

/** The topics on both sides of a packager: writes what it reads, and reads what it writes. */
final class TopicAccess {
    private final KafkaClients kafka;
    /** The failure that ended the packager, which ends every wait. */
    private final AtomicReference<Throwable> fatal;

    TopicAccess(KafkaClients kafka, AtomicReference<Throwable> fatal) {
        this.kafka = kafka;
        this.fatal = fatal;
    }

    /**
     * Writes records into a partition. With one request at a time, because a partition that has just moved to another
     * broker may accept a producer's second batch before its first.
     */
    void write(int partition, List<? extends Entry<? extends LogRecord>> entries, Topic topic) {
        try (KafkaProducer<String, byte[]> producer = kafka.producer("test", 32 << 20,
                Map.of(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1))) {
            for (Entry<? extends LogRecord> entry : entries) {
                Long timeMs = topic == Topic.INDEX ? timeMs((IndexRecord) entry.value()) : null;
                producer.send(new ProducerRecord<>(kafka.settings().topic(topic), partition, timeMs, entry.stream(),
                        LogCodec.encode(entry.value())));
            }
            producer.flush();
        }
    }

    /** Writes the packets and cuts of a log. */
    void write(int partition, WrittenLog log) {
        write(partition, log.packets, Topic.PACKETS);
        write(partition, log.cuts, Topic.SEGMENTS);
    }

    /** A consumer that does not wait at the end of the log; closing it would take as long as the wait. */
    private KafkaConsumer<String, LogRecord> reader() {
        Map<String, Object> config = kafka.consumerConfig("test-reader");
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 5);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(config, new StringDeserializer(), new LogDeserializer());
    }

    private static long timeMs(IndexRecord record) {
        return switch (record) {
            case IndexedPart part -> part.times().programDateTimeMs();
            case EpochEnded ended -> ended.endMs();
        };
    }

    private static String identity(String stream, IndexRecord record) {
        return switch (record) {
            case IndexedPart part -> stream + " " + part.id().segment() + "." + part.id().part()
                    + (part.rendition().equals(RenditionId.TS) ? "" : " " + part.rendition().words());
            case EpochEnded _ -> stream + " ended";
        };
    }

    /** Returns the first record of each part or gap when {@code count} are there and nothing else. */
    Map<String, IndexedPart> index(int partition, int count) {
        Map<String, IndexedPart> parts = new LinkedHashMap<>();
        indexRecords(partition, count).forEach((identity, record) -> parts.put(identity, (IndexedPart) record));
        return parts;
    }

    /** Returns the first index record of each identity when {@code count} identities are there. */
    Map<String, IndexRecord> indexRecords(int partition, int count) {
        Map<String, IndexRecord> found = new LinkedHashMap<>();
        try (KafkaConsumer<String, LogRecord> reader = reader()) {
            reader.assign(List.of(kafka.partition(Topic.INDEX, partition)));
            long deadline = System.nanoTime() + Patience.TIME.toNanos();
            while (found.size() < count && fatal.get() == null && System.nanoTime() < deadline) {
                for (ConsumerRecord<String, LogRecord> record : reader.poll(Duration.ofMillis(100))) {
                    IndexRecord entry = (IndexRecord) record.value();
                    assertThat(record.timestamp()).as("found by its time").isEqualTo(timeMs(entry));
                    found.putIfAbsent(identity(record.key(), entry), entry);
                }
            }
        }
        assertThat(fatal.get()).isNull();
        assertThat(found).hasSize(count);
        return found;
    }

    /** Returns the records of {@code parts} by offset. */
    Map<Long, Part> parts(int partition) {
        Map<Long, Part> parts = new HashMap<>();
        try (KafkaConsumer<String, LogRecord> reader = reader()) {
            var from = kafka.partition(Topic.PARTS, partition);
            reader.assign(List.of(from));
            long end = reader.endOffsets(List.of(from)).get(from);
            while (reader.position(from) < end) {
                reader.poll(Duration.ofMillis(100)).forEach(r -> parts.put(r.offset(), (Part) r.value()));
            }
        }
        return parts;
    }

    /**
     * Returns the bytes of a stream's parts that {@code index} lists, and checks that they are the listed ones; of a
     * derived part, its size and checksum.
     */
    static List<ByteBuffer> media(Map<String, IndexedPart> index, Map<Long, Part> parts, String stream) {
        List<ByteBuffer> media = new ArrayList<>();
        index.forEach((identity, record) -> {
            if (identity.startsWith(stream + " ") && record instanceof IndexEntry entry) {
                PartPlace place = entry.place();
                if (place.isDerived()) {
                    place.sources().forEach(each -> part(parts, entry.id(), each.rendition(), each.place()));
                    media.add(ByteBuffer.allocate(8).putInt(0, place.sizeBytes()).putInt(4, place.check()));
                } else {
                    media.add(part(parts, entry.id(), entry.rendition(), place).bytes());
                }
            }
        });
        return media;
    }

    private static Part part(Map<Long, Part> parts, PartId id, RenditionId rendition, PartPlace place) {
        Part part = parts.get(place.offset());
        assertThat(part.bytes().remaining()).isEqualTo(place.sizeBytes());
        assertThat(part.id()).isEqualTo(id);
        assertThat(part.rendition()).isEqualTo(rendition);
        return part;
    }
}
