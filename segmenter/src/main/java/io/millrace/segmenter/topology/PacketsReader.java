package io.millrace.segmenter.topology;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogCodec;
import io.millrace.platform.past.NewerReleaseException;
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

/** Reads {@code packets}. Each call opens a consumer and blocks, for at most 10 s per request to Kafka. Thread-safe. */
public final class PacketsReader implements PacketsLog {
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final KafkaClients kafka;
    private final String clientId;

    public PacketsReader(KafkaClients kafka, String clientId) {
        this.kafka = kafka;
        this.clientId = clientId;
    }

    @Override
    public boolean has(LogMark mark, int partition) {
        TopicPartition packets = kafka.partition(Topic.PACKETS, partition);
        try (var consumer = consumer(packets)) {
            if (beginning(consumer, packets) > mark.offset()) {
                return true;
            }
            return consumer.endOffsets(List.of(packets), ANSWER).get(packets) > mark.offset()
                    && mark.equals(markAt(consumer, packets, mark.offset()));
        }
    }

    private KafkaConsumer<String, byte[]> consumer(TopicPartition packets) {
        Map<String, Object> config = kafka.consumerConfig(clientId);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        var consumer = new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
        consumer.assign(List.of(packets));
        return consumer;
    }

    private static long beginning(KafkaConsumer<String, byte[]> consumer, TopicPartition packets) {
        return consumer.beginningOffsets(List.of(packets), ANSWER).get(packets);
    }

    @Override
    public void read(int partition, long from, long to, Visitor visitor) {
        TopicPartition packets = kafka.partition(Topic.PACKETS, partition);
        try (var consumer = consumer(packets)) {
            long position = Math.max(from, beginning(consumer, packets));
            consumer.seek(packets, position);
            while (position < to) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(ANSWER)) {
                    if (record.offset() < to) {
                        checkSchema(record);
                        visitor.record(record.key(), record.offset(), record.value());
                    }
                }
                long next = consumer.position(packets, ANSWER);
                if (next == position) {
                    throw new TimeoutException(packets + " was not read from offset " + position + " in time");
                }
                position = next;
            }
        }
    }

    private static void checkSchema(ConsumerRecord<String, byte[]> record) {
        if (record.value() != null) {
            LogCodec.unknownSchema(record.value()).ifPresent(schema -> {
                throw new NewerReleaseException(record, schema);
            });
        }
    }

    /** Returns the mark of the first record at or after {@code offset}. */
    private static LogMark markAt(KafkaConsumer<String, byte[]> consumer, TopicPartition partition, long offset) {
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
