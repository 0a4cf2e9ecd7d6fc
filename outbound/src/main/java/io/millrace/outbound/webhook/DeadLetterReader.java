package io.millrace.outbound.webhook;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.DeadLetter;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads the newest dead letters of a webhook. One reader at a time, with a consumer of its own. Thread-safe. */
final class DeadLetterReader {
    /** Maximum number of letters in a result. */
    static final int LIMIT = 100;
    /** Number of records that are read of each partition, whose letters may be those of other webhooks. */
    private static final int RECORDS = 1_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final KafkaClients kafka;
    private final String clientId;

    DeadLetterReader(KafkaClients kafka, String clientId) {
        this.kafka = kafka;
        this.clientId = clientId;
    }

    /**
     * Returns the newest letters, newest first, without repetitions. Blocks.
     *
     * @throws TimeoutException if Kafka does not respond in time
     */
    synchronized List<DeadLetter> read(String webhook) {
        KafkaConsumer<String, LogRecord> consumer = kafka.follower(clientId);
        try (KafkaClients.Closing _ = KafkaClients.closing(consumer)) {
            List<TopicPartition> partitions = IntStream.range(0, kafka.settings().partitions())
                    .mapToObj(number -> kafka.partition(Topic.DEAD_LETTERS, number)).toList();
            Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions, TIMEOUT);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, TIMEOUT);
            consumer.assign(partitions);
            ends.forEach((partition, end) -> consumer.seek(partition, Math.max(first.get(partition), end - RECORDS)));
            return newest(webhook, records(consumer, ends));
        }
    }

    private static List<DeadLetter> records(KafkaConsumer<String, LogRecord> consumer, Map<TopicPartition, Long> ends) {
        List<DeadLetter> letters = new ArrayList<>();
        long deadlineNanos = System.nanoTime() + TIMEOUT.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey(), TIMEOUT) < end.getValue())) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new TimeoutException("the dead letters were not read within " + TIMEOUT.toSeconds() + " s");
            }
            for (ConsumerRecord<String, LogRecord> record : consumer.poll(Duration.ofMillis(100))) {
                if (record.value() instanceof DeadLetter letter) {
                    letters.add(letter);
                }
            }
        }
        return letters;
    }

    private static List<DeadLetter> newest(String webhook, List<DeadLetter> letters) {
        Map<DeadLetter.Place, DeadLetter> ofWebhook = new HashMap<>();
        letters.stream().filter(letter -> letter.webhook().equals(webhook))
                .forEach(letter -> ofWebhook.putIfAbsent(letter.place(), letter));
        return ofWebhook.values().stream().sorted(Comparator.comparingLong(DeadLetter::atMs).reversed()).limit(LIMIT)
                .toList();
    }
}
