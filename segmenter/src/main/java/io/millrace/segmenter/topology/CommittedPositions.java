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
 * commit succeeded, but its consumer tells the consumer's interceptors. Thread-safe.
 */
public final class CommittedPositions {
    private static final String SELF = "millrace.committed.positions";

    private final ConcurrentMap<Integer, Long> positions = new ConcurrentHashMap<>();

    /**
     * Returns the settings that make the consumer of {@code packets} report its commits to this object.
     *
     * @param others the consumer's other interceptors, as class names separated by commas
     */
    public Map<String, Object> config(Object others) {
        return Map.of(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, others + "," + Interceptor.class.getName(), SELF,
                this);
    }

    /**
     * Returns the newest committed position of a partition of {@code packets}, which is the offset after the last
     * committed record; -1 before the first commit.
     */
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
