package io.millrace.segmenter.topology;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The positions in {@code packets} that this process has committed. Kafka Streams does not tell a processor whether a
 * commit succeeded; its consumer tells its interceptors. Thread-safe.
 */
public final class CommittedPositions {
    private static final String SELF = "millrace.committed.positions";

    private final ConcurrentMap<Integer, Long> positions = new ConcurrentHashMap<>();

    /** Returns the settings of the consumer of {@code packets}, which also has the interceptors {@code others}. */
    public Map<String, Object> config(Object others) {
        return Map.of(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, others + "," + Interceptor.class.getName(), SELF,
                this);
    }

    /** Returns the newest position that was committed, -1 before the first. */
    long of(int partition) {
        return positions.getOrDefault(partition, -1L);
    }

    /** The interceptor, which Kafka instantiates in the consumer. */
    public static final class Interceptor implements ConsumerInterceptor<Object, Object> {
        private CommittedPositions committed;

        @Override
        public void configure(Map<String, ?> configs) {
            committed = (CommittedPositions) configs.get(SELF);
        }

        @Override
        public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
            return records;
        }

        @Override
        public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
            offsets.forEach((partition, position) -> committed.positions.put(partition.partition(), position.offset()));
        }

        @Override
        public void close() {
            // There is nothing to release.
        }
    }
}
