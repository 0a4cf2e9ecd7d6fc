package io.millrace.segmenter.topology;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Compares marks with {@code packets}, by a consumer for each comparison. Blocks. Thread-safe. */
public final class MarkReader implements LogMark.Log {
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final KafkaClients kafka;
    private final String clientId;

    public MarkReader(KafkaClients kafka, String clientId) {
        this.kafka = kafka;
        this.clientId = clientId;
    }

    @Override
    public boolean has(LogMark mark, int partition) {
        TopicPartition packets = kafka.partition(Topic.PACKETS, partition);
        Map<String, Object> config = kafka.consumerConfig(clientId);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        try (var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(packets));
            if (consumer.beginningOffsets(List.of(packets), ANSWER).get(packets) > mark.offset()) {
                return true;
            }
            return consumer.endOffsets(List.of(packets), ANSWER).get(packets) > mark.offset()
                    && mark.equals(read(consumer, packets, mark.offset()));
        }
    }

    private static LogMark read(KafkaConsumer<String, byte[]> consumer, TopicPartition partition, long offset) {
        long began = System.nanoTime();
        consumer.seek(partition, offset);
        while (System.nanoTime() - began < TimeUnit.SECONDS.toNanos(ANSWER.toSeconds())) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(ANSWER)) {
                return LogMark.of(record.offset(), record.value());
            }
        }
        throw new TimeoutException("record " + offset + " of " + partition + " was not read in time");
    }
}
