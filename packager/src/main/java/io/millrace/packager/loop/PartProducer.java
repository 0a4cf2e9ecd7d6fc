package io.millrace.packager.loop;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.past.LogTimestamps;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The Kafka producer of parts and index records, shared by all partitions. Thread-safe. */
final class PartProducer implements RecordLog, AutoCloseable {
    /**
     * Limit of the wait for buffer space, which records of partitions without a leader may occupy. The worker then
     * tries again.
     */
    private static final long MAX_BLOCK_MS = 5_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final KafkaClients kafka;
    private final KafkaProducer<String, byte[]> producer;
    private final InstantSource clock;

    /** @param inFlightBytes limit of the parts that are passed before Kafka has acknowledged them */
    PartProducer(KafkaClients kafka, String clientId, long inFlightBytes, InstantSource clock) {
        this.kafka = kafka;
        this.clock = clock;
        // Buffer for more than can be in flight: the last part over the limit, half-empty batches, index entries.
        this.producer = kafka.producer(clientId, Math.max(2 * inFlightBytes, inFlightBytes + 4L * Sizes.RECORD_BYTES),
                Map.of(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Timeouts.PATIENT_DELIVERY_MS,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS));
    }

    @Override
    public void append(Topic topic, int partition, String stream, long timeMs, byte[] value, Result result) {
        long stampMs = LogTimestamps.of(timeMs, clock.millis(), kafka.settings().retentionMs());
        producer.send(new ProducerRecord<>(kafka.settings().topic(topic), partition, stampMs, stream, value),
                (metadata, e) -> result.appended(metadata == null ? -1 : metadata.offset(), e));
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
    }
}
