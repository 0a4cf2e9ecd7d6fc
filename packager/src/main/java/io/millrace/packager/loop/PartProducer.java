package io.millrace.packager.loop;

import io.millrace.platform.kafka.AdaptiveLinger;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Sizes;
import io.millrace.platform.kafka.Timeouts;
import io.millrace.platform.kafka.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The Kafka producer of parts and index records, shared by all partitions. While there are many, it gathers those that
 * become due at about the same time in all partitions: first their parts in one request, then their index entries in
 * another. Thread-safe.
 */
final class PartProducer implements RecordLog, AutoCloseable {
    /** Rate of about six publishers, each with two or three parts per second and as many index entries. */
    private static final double FEW_PER_SECOND = 30;
    /** Time within which all workers write what became due with one response of a broker. */
    private static final int LINGER_MS = 5;
    /** Parts and index. */
    private static final int TOPICS = 2;
    /**
     * Limit of the wait for buffer space, which records of partitions without a leader may occupy. The worker then
     * tries again.
     */
    private static final long MAX_BLOCK_MS = 5_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final KafkaClients kafka;
    private final KafkaProducer<String, byte[]> producer;
    private final AdaptiveLinger linger;
    private final AtomicLong sent = new AtomicLong();

    /** @param inFlightBytes limit of the parts that are passed before Kafka has acknowledged them */
    PartProducer(KafkaClients kafka, String clientId, long inFlightBytes) {
        this.kafka = kafka;
        // Buffer for more than can be in flight: the last part over the limit, half-empty batches, index entries.
        long bufferBytes = Math.max(2 * inFlightBytes, inFlightBytes + 4L * Sizes.RECORD_BYTES);
        Map<String, Object> config = new HashMap<>(AdaptiveLinger.config(LINGER_MS,
                AdaptiveLinger.batchBytes(bufferBytes, TOPICS * kafka.settings().partitions())));
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Timeouts.PATIENT_DELIVERY_MS);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        this.producer = kafka.producer(clientId, bufferBytes, config);
        this.linger = new AdaptiveLinger(clientId + "-linger", FEW_PER_SECOND, sent::get, producer::flush);
    }

    @Override
    public void append(Topic topic, int partition, String stream, long timeMs, byte[] value, Result result) {
        producer.send(new ProducerRecord<>(kafka.settings().topic(topic), partition, timeMs, stream, value),
                (metadata, e) -> result.appended(metadata == null ? -1 : metadata.offset(), e));
        sent.incrementAndGet();
        linger.added();
    }

    @Override
    public void close() {
        linger.close();
        producer.close(CLOSE_TIMEOUT);
    }
}
