package io.millrace.platform.kafka;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** Production's {@link StoppedPartitions} of one process, driven record by record. Confined to one thread. */
public final class SteppedStops {
    private final StoppedPartitions stopped = new StoppedPartitions();

    /** Returns whether a stage receives this record of its partition, and the later ones. */
    public boolean passes(String topic, int partition, long offset, byte[] value) {
        var record = new ConsumerRecord<String, byte[]>(topic, partition, offset, null, value);
        var records = new ConsumerRecords<>(Map.of(new TopicPartition(topic, partition), List.of(record)), Map.of());
        return !stopped.passed(records).isEmpty();
    }
}
