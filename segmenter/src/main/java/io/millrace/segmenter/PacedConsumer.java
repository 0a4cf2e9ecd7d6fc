package io.millrace.segmenter;

import io.millrace.platform.kafka.PollPace;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.metrics.KafkaMetric;

/**
 * A consumer that polls at a {@link PollPace}. Kafka Streams polls with a timeout when it has processed all records, so
 * such a poll may rest for a tick first; a poll without a timeout never rests.
 *
 * <p>Confined to the stream thread, except for {@link #wakeup}, which does not end a rest.
 */
final class PacedConsumer<K, V> implements Consumer<K, V> {
    /** Within this time after the start of a tick, packets that ingest has read are in the log. */
    private static final Duration LAG = Duration.ofMillis(8);

    private final Consumer<K, V> consumer;
    private final LongSupplier nanoClock;
    private final Rest rest;
    private final PollPace pace;

    /** Waits for some nanoseconds, or less. */
    @FunctionalInterface
    interface Rest {
        void nanos(long nanos) throws InterruptedException;
    }

    PacedConsumer(Consumer<K, V> consumer) {
        this(consumer, System::nanoTime, TimeUnit.NANOSECONDS::sleep);
    }

    /** @param nanoClock a monotonic clock */
    PacedConsumer(Consumer<K, V> consumer, LongSupplier nanoClock, Rest rest) {
        this.consumer = consumer;
        this.nanoClock = nanoClock;
        this.rest = rest;
        pace = new PollPace(nanoClock.getAsLong(), LAG, 0);
        // The leaders of the assigned partitions are not known here, so every poll of a tick gets the whole time.
        pace.leaders(Integer.MAX_VALUE);
    }

    @Override
    public ConsumerRecords<K, V> poll(Duration timeout) {
        if (timeout.isZero()) {
            ConsumerRecords<K, V> records = consumer.poll(timeout);
            pace.polled(records.count(), nanoClock.getAsLong());
            return records;
        }
        long startNanos = nanoClock.getAsLong();
        rest(startNanos + timeout.toNanos());
        long now = nanoClock.getAsLong();
        Duration left = Duration.ofNanos(Math.max(0, startNanos + timeout.toNanos() - now));
        Duration due = pace.timeout(now);
        ConsumerRecords<K, V> records = consumer.poll(due.compareTo(left) < 0 ? due : left);
        pace.polled(records.count(), nanoClock.getAsLong());
        return records;
    }

    private void rest(long deadlineNanos) {
        try {
            for (long now = nanoClock.getAsLong(); now - deadlineNanos < 0; now = nanoClock.getAsLong()) {
                long restNanos = Math.min(pace.restNanos(now), deadlineNanos - now);
                if (restNanos <= 0) {
                    return;
                }
                rest.nanos(restNanos);
            }
        } catch (InterruptedException e) {
            // As a poll of Kafka's consumer does; sets the interrupt flag.
            throw new InterruptException(e);
        }
    }

    @Override
    public Set<TopicPartition> assignment() {
        return consumer.assignment();
    }

    @Override
    public Set<String> subscription() {
        return consumer.subscription();
    }

    @Override
    public void subscribe(Collection<String> topics) {
        consumer.subscribe(topics);
    }

    @Override
    public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
        consumer.subscribe(topics, listener);
    }

    @Override
    public void assign(Collection<TopicPartition> partitions) {
        consumer.assign(partitions);
    }

    @Override
    public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        consumer.subscribe(pattern, listener);
    }

    @Override
    public void subscribe(Pattern pattern) {
        consumer.subscribe(pattern);
    }

    @Override
    public void subscribe(SubscriptionPattern pattern, ConsumerRebalanceListener listener) {
        consumer.subscribe(pattern, listener);
    }

    @Override
    public void subscribe(SubscriptionPattern pattern) {
        consumer.subscribe(pattern);
    }

    @Override
    public void unsubscribe() {
        consumer.unsubscribe();
    }

    @Override
    public void commitSync() {
        consumer.commitSync();
    }

    @Override
    public void commitSync(Duration timeout) {
        consumer.commitSync(timeout);
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
        consumer.commitSync(offsets);
    }

    @Override
    public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
        consumer.commitSync(offsets, timeout);
    }

    @Override
    public void commitAsync() {
        consumer.commitAsync();
    }

    @Override
    public void commitAsync(OffsetCommitCallback callback) {
        consumer.commitAsync(callback);
    }

    @Override
    public void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        consumer.commitAsync(offsets, callback);
    }

    @Override
    public void registerMetricForSubscription(KafkaMetric metric) {
        consumer.registerMetricForSubscription(metric);
    }

    @Override
    public void unregisterMetricFromSubscription(KafkaMetric metric) {
        consumer.unregisterMetricFromSubscription(metric);
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        consumer.seek(partition, offset);
    }

    @Override
    public void seek(TopicPartition partition, OffsetAndMetadata offset) {
        consumer.seek(partition, offset);
    }

    @Override
    public void seekToBeginning(Collection<TopicPartition> partitions) {
        consumer.seekToBeginning(partitions);
    }

    @Override
    public void seekToEnd(Collection<TopicPartition> partitions) {
        consumer.seekToEnd(partitions);
    }

    @Override
    public long position(TopicPartition partition) {
        return consumer.position(partition);
    }

    @Override
    public long position(TopicPartition partition, Duration timeout) {
        return consumer.position(partition, timeout);
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
        return consumer.committed(partitions);
    }

    @Override
    public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
        return consumer.committed(partitions, timeout);
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        return consumer.clientInstanceId(timeout);
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return consumer.metrics();
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return consumer.partitionsFor(topic);
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
        return consumer.partitionsFor(topic, timeout);
    }

    @Override
    public Map<String, List<PartitionInfo>> listTopics() {
        return consumer.listTopics();
    }

    @Override
    public Map<String, List<PartitionInfo>> listTopics(Duration timeout) {
        return consumer.listTopics(timeout);
    }

    @Override
    public Set<TopicPartition> paused() {
        return consumer.paused();
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        consumer.pause(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        consumer.resume(partitions);
    }

    @Override
    public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
        return consumer.offsetsForTimes(times);
    }

    @Override
    public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times, Duration timeout) {
        return consumer.offsetsForTimes(times, timeout);
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
        return consumer.beginningOffsets(partitions);
    }

    @Override
    public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        return consumer.beginningOffsets(partitions, timeout);
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
        return consumer.endOffsets(partitions);
    }

    @Override
    public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
        return consumer.endOffsets(partitions, timeout);
    }

    @Override
    public OptionalLong currentLag(TopicPartition partition) {
        return consumer.currentLag(partition);
    }

    @Override
    public ConsumerGroupMetadata groupMetadata() {
        return consumer.groupMetadata();
    }

    @Override
    public void enforceRebalance() {
        consumer.enforceRebalance();
    }

    @Override
    public void enforceRebalance(String reason) {
        consumer.enforceRebalance(reason);
    }

    @Override
    public void close() {
        consumer.close();
    }

    @SuppressWarnings({"deprecation", "removal"})
    @Override
    public void close(Duration timeout) {
        consumer.close(timeout);
    }

    @Override
    public void close(CloseOptions options) {
        consumer.close(options);
    }

    @Override
    public void wakeup() {
        consumer.wakeup();
    }
}
