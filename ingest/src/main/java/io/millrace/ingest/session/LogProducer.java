package io.millrace.ingest.session;

import io.millrace.platform.UserError;
import io.millrace.platform.kafka.AdaptiveLinger;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.RecordRate;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A Kafka producer that does not block its callers, lingers while the rate of records is high ({@link AdaptiveLinger}),
 * and measures for how long no record was acknowledged. Thread-safe.
 */
final class LogProducer implements AutoCloseable {
    /**
     * Longest time for which a send may block. It blocks only because of a bug: callers keep the buffer from filling.
     */
    private static final int MAX_BLOCK_MS = 20;
    /** Linger while the rate is high: two event loops hand over all records of one tick within this time. */
    private static final int LINGER_MS = 2;
    /** How long the metadata of all topics may take. */
    private static final long METADATA_MS = 30_000;

    private final String servers;
    private final Producer<String, byte[]> producer;
    private final AdaptiveLinger linger;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong settled = new AtomicLong();
    /** When a record was last acknowledged, or sent while none was outstanding; {@link System#nanoTime}. */
    private volatile long progressNanos = System.nanoTime();

    /**
     * @param flush makes {@code producer} send its records
     * @param servers brokers to name in the error if they cannot be reached
     */
    LogProducer(Producer<String, byte[]> producer, Runnable flush, String clientId, String servers) {
        this.producer = producer;
        this.servers = servers;
        this.linger = new AdaptiveLinger(clientId + "-linger", RecordRate.FEW_PACKETS_PER_SECOND, sent::get, flush);
    }

    /**
     * Opens a producer.
     *
     * @param bufferBytes memory for records that are not acknowledged
     * @param batchBytes batch size: limit of one partition's bytes in one request
     * @param deliveryMs time after which a record that is not acknowledged has failed
     */
    static LogProducer open(KafkaClients kafka, String clientId, long bufferBytes, int batchBytes, int deliveryMs) {
        Map<String, Object> config = new HashMap<>(AdaptiveLinger.config(LINGER_MS, batchBytes));
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_BLOCK_MS);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryMs);
        var producer = kafka.producer(clientId, bufferBytes, config);
        return new LogProducer(producer, producer::flush, clientId, kafka.settings().bootstrapServers());
    }

    /**
     * Blocks until the metadata of {@code topics} is known, for about 30 s at most. The producer fetches it topic by
     * topic, 100 ms apart, and only when a topic is first used.
     *
     * @throws UserError if the metadata is not known by then
     */
    void fetchMetadata(List<String> topics) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(METADATA_MS);
        for (String topic : topics) {
            while (!isKnown(topic)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new UserError("cannot reach Kafka at " + servers + ": no metadata of topic " + topic
                            + "; check that the broker is up and the topic exists");
                }
            }
        }
    }

    /** Returns the partitions of a topic whose metadata is known. */
    List<PartitionInfo> partitions(String topic) {
        return producer.partitionsFor(topic);
    }

    private boolean isKnown(String topic) {
        try {
            return !producer.partitionsFor(topic).isEmpty();
        } catch (TimeoutException e) {
            return false;
        }
    }

    /**
     * Queues a record and returns immediately.
     *
     * @param callback called on the producer's thread, or on the caller's if the record could not be queued
     */
    void send(ProducerRecord<String, byte[]> record, Callback callback) {
        if (sent.getAndIncrement() == settled.get()) {
            progressNanos = System.nanoTime();
        }
        Callback counted = (metadata, failure) -> {
            settled.incrementAndGet();
            if (failure == null) {
                progressNanos = System.nanoTime();
            }
            callback.onCompletion(metadata, failure);
        };
        try {
            producer.send(record, counted);
            linger.added();
        } catch (KafkaException | IllegalStateException e) {
            // The producer is closed or permanently fenced: the record was not queued.
            counted.onCompletion(null, e);
        }
    }

    /** Returns for how long no record was acknowledged although at least one is outstanding, in ms; 0 if none is. */
    long stuckMs() {
        return settled.get() == sent.get()
                ? 0
                : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - progressNanos);
    }

    /**
     * Closes the producer. Blocks until the sent records are acknowledged, for at most {@code timeoutMs}; the records
     * that are not acknowledged by then fail.
     */
    void close(long timeoutMs) {
        linger.close();
        producer.close(Duration.ofMillis(timeoutMs));
    }

    @Override
    public void close() {
        close(0);
    }
}
