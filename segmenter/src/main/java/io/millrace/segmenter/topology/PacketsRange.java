package io.millrace.segmenter.topology;

import io.millrace.platform.log.LogRecord;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads {@code packets} again, to rebuild states from it. */
@FunctionalInterface
public interface PacketsRange {
    /**
     * Passes the retained records from {@code from} (inclusive) to {@code to} (exclusive) to {@code visitor}. Blocks.
     *
     * @throws org.apache.kafka.common.KafkaException if Kafka does not respond in time
     */
    void read(int partition, long from, long to, Consumer<ConsumerRecord<String, LogRecord>> visitor);
}
