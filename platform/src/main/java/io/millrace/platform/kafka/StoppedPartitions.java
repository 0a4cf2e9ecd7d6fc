package io.millrace.platform.kafka;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.platform.admin.HealthCheck;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.log.UnknownSchema;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The partitions that this process has stopped reading, because they contain a record of a schema that this release
 * does not know. Neither that record nor any later one of the partition reaches a stage, so that no stage derives
 * anything without that record or commits a position after it. Only a newer release can continue.
 *
 * <p>Every consumer applies this class as an interceptor. The consumer's own position advances past the record, but it
 * returns no further records of the partition, and Kafka Streams sees no later position. Thread-safe; one per process.
 */
public final class StoppedPartitions {
    private static final Logger log = LoggerFactory.getLogger(StoppedPartitions.class);
    private static final String SELF = "millrace.stopped.partitions";

    private final ConcurrentMap<TopicPartition, Stop> stops = new ConcurrentHashMap<>();

    /** @param offset offset of the first record that this release cannot read */
    private record Stop(long offset, UnknownSchema schema) {}

    /** Returns the settings that make a consumer stop. */
    public Map<String, Object> config() {
        return Map.of(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, Interceptor.class.getName(), SELF, this);
    }

    /**
     * Returns the offset of the first record of {@code partition} that this release cannot read; empty if the partition
     * is not stopped.
     */
    public OptionalLong stoppedAt(TopicPartition partition) {
        Stop stop = stops.get(partition);
        return stop == null ? OptionalLong.empty() : OptionalLong.of(stop.offset());
    }

    /** Returns {@code offset}, or the offset at which the partition has stopped if that is less. */
    public long limit(TopicPartition partition, long offset) {
        return Math.min(offset, stoppedAt(partition).orElse(Long.MAX_VALUE));
    }

    /** Registers the number of stopped partitions. */
    public void gauge(MeterRegistry registry) {
        Gauge.builder("millrace.stopped.partitions", stops, Map::size)
                .description("Partitions that this process has stopped reading, because a newer release wrote to them")
                .register(registry);
    }

    /** Returns the readiness check {@code schemas}, which is down while a partition is stopped. */
    public HealthCheck check() {
        return new HealthCheck("schemas", () -> problem().map(HealthCheck.Status::down)
                .orElseGet(() -> HealthCheck.Status.up("this release can read all records")));
    }

    /** Describes the stopped partitions for the operator; empty if there are none. */
    public Optional<String> problem() {
        return stops.entrySet().stream().min(Comparator.comparing(stop -> stop.getKey().toString()))
                .map(first -> describe(first.getKey(), first.getValue())
                        + (stops.size() > 1 ? "; stopped partitions in all: " + stops.size() : ""));
    }

    private static String describe(TopicPartition partition, Stop stop) {
        return partition + " is stopped at offset " + stop.offset() + ": a newer release wrote this record (schema "
                + stop.schema() + "); upgrade this node to that release";
    }

    /**
     * Returns {@code records} without those of stopped partitions at or after the offset at which the partition has
     * stopped.
     */
    <K, V> ConsumerRecords<K, V> passed(ConsumerRecords<K, V> records) {
        for (ConsumerRecord<K, V> record : records) {
            unknown(record.value()).ifPresent(schema -> stop(record, schema));
        }
        if (stops.isEmpty()) {
            return records;
        }
        Map<TopicPartition, List<ConsumerRecord<K, V>>> passed = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            long end = stoppedAt(partition).orElse(Long.MAX_VALUE);
            List<ConsumerRecord<K, V>> before = records.records(partition).stream()
                    .filter(record -> record.offset() < end).toList();
            if (!before.isEmpty()) {
                passed.put(partition, before);
            }
        }
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>(records.nextOffsets());
        next.replaceAll((partition, position) -> limit(partition, position.offset()) == position.offset()
                ? position
                : new OffsetAndMetadata(limit(partition, position.offset())));
        return new ConsumerRecords<>(passed, next);
    }

    private static Optional<UnknownSchema> unknown(Object value) {
        return switch (value) {
            case UnknownSchema schema -> Optional.of(schema);
            case byte[] bytes -> LogCodec.unknownSchema(bytes);
            case null, default -> Optional.empty();
        };
    }

    private void stop(ConsumerRecord<?, ?> record, UnknownSchema schema) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        Stop stop = new Stop(record.offset(), schema);
        if (stops.merge(partition, stop, (a, b) -> a.offset() <= b.offset() ? a : b) == stop) {
            log.error("{}", describe(partition, stop));
        }
    }

    /** The interceptor, which Kafka instantiates in each consumer. */
    public static final class Interceptor implements ConsumerInterceptor<Object, Object> {
        private StoppedPartitions stopped;

        @Override
        public void configure(Map<String, ?> configs) {
            stopped = (StoppedPartitions) configs.get(SELF);
        }

        @Override
        public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
            return stopped.passed(records);
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
            // Commits do not matter here.
        }

        @Override
        public void close() {
            // There is nothing to release.
        }
    }
}
