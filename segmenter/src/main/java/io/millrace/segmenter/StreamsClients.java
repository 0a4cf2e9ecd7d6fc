package io.millrace.segmenter;

import io.millrace.platform.kafka.AdaptiveLinger;
import io.millrace.platform.kafka.FailStopProducer;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Creates the clients of Kafka Streams. The producer sends each record immediately while the rate of records is low,
 * and batches records while it is high ({@link AdaptiveLinger}); the consumer gathers as well ({@link PacedConsumer}).
 * The producer ends with the first record that is not written, and the stream thread with it, so that nothing later
 * is in the log before the next stream thread has repeated the records. Thread-safe.
 */
final class StreamsClients implements KafkaClientSupplier, AutoCloseable {
    /**
     * Records per second below which the rate is low: about six publishers, each with two or three parts per second.
     */
    private static final double FEW_PER_SECOND = 15;
    /** Linger while the rate is high: the stream thread folds the records of one broker response within this time. */
    private static final int LINGER_MS = 5;
    private static final int BATCH_BYTES = 16 << 10;

    private final AtomicLong sent = new AtomicLong();
    /** The linger of the newest stream thread's producer; null before the first. */
    private volatile AdaptiveLinger linger;
    private boolean closed;

    /** Returns the additional producer settings. */
    static Map<String, Object> producerConfig() {
        return AdaptiveLinger.config(LINGER_MS, BATCH_BYTES);
    }

    /** Must be called by the stream thread when it has passed records to its producer. */
    void sent(int records) {
        sent.addAndGet(records);
        linger.added();
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public synchronized Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        var producer = new FailStopProducer<>(
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()));
        closeLinger();
        if (!closed) {
            linger = new AdaptiveLinger(config.get(ProducerConfig.CLIENT_ID_CONFIG) + "-linger", FEW_PER_SECOND,
                    sent::get, producer::flush);
        }
        return producer;
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return PacedConsumer.of(consumer(config));
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public synchronized void close() {
        closed = true;
        closeLinger();
    }

    private void closeLinger() {
        if (linger != null) {
            linger.close();
        }
    }
}
