package io.millrace.platform.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.KafkaMetric;

/**
 * A producer that writes nothing more after a record could not be written. A {@link KafkaProducer} gives up only the
 * batch that was not acknowledged in time, and continues with the next one. Whoever repeats the failed records would
 * find later ones before them in the log, and readers need a stream's records in order
 * (docs/decisions/0032-a-failed-write-ends-its-producer.md).
 *
 * <p>Needs a producer with one request in flight ({@link AdaptiveLinger#config}): with several, a later batch may be on
 * its way when an earlier one fails. Without transactions. Thread-safe.
 */
public final class FailStopProducer<K, V> implements Producer<K, V> {
    private final Producer<K, V> producer;
    private volatile boolean failed;

    /** @param producer closed with the first record that is not written */
    public FailStopProducer(Producer<K, V> producer) {
        this.producer = producer;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<K, V> record) {
        return send(record, (_, _) -> {});
    }

    /**
     * @throws KafkaException if an earlier record was not written
     */
    @Override
    public Future<RecordMetadata> send(ProducerRecord<K, V> record, Callback callback) {
        if (failed) {
            throw new KafkaException("nothing is sent, because an earlier record was not written");
        }
        return producer.send(record, (metadata, failure) -> {
            boolean isFirst = failure != null && !failed;
            failed |= failure != null;
            try {
                callback.onCompletion(metadata, failure);
            } finally {
                if (isFirst) {
                    // On the producer's thread, so it sends no further batch.
                    producer.close(Duration.ZERO);
                }
            }
        });
    }

    @Override
    public void flush() {
        producer.flush();
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return producer.partitionsFor(topic);
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return producer.metrics();
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        return producer.clientInstanceId(timeout);
    }

    @Override
    public void registerMetricForSubscription(KafkaMetric metric) {
        producer.registerMetricForSubscription(metric);
    }

    @Override
    public void unregisterMetricFromSubscription(KafkaMetric metric) {
        producer.unregisterMetricFromSubscription(metric);
    }

    @Override
    public void close() {
        producer.close();
    }

    @Override
    public void close(Duration timeout) {
        producer.close(timeout);
    }

    @Override
    public void initTransactions() {
        throw noTransactions();
    }

    @Override
    public void beginTransaction() {
        throw noTransactions();
    }

    @Override
    public void sendOffsetsToTransaction(Map<TopicPartition, OffsetAndMetadata> offsets,
            ConsumerGroupMetadata group) {
        throw noTransactions();
    }

    @Override
    public void commitTransaction() {
        throw noTransactions();
    }

    @Override
    public void abortTransaction() {
        throw noTransactions();
    }

    private static UnsupportedOperationException noTransactions() {
        return new UnsupportedOperationException("Millrace uses no transactions");
    }
}
