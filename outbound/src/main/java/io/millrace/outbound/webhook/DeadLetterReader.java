package io.millrace.outbound.webhook;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads the dead letters of a webhook. One reader at a time, with a consumer of its own. Thread-safe. */
final class DeadLetterReader {
    /** Maximum number of letters in a list. */
    static final int LIMIT = 100;
    /** Maximum number of letters that are kept in memory, a few hundred bytes each. */
    static final int ALL_LIMIT = 50_000;
    /** Number of records that are read of each partition for a list; their letters may be those of other webhooks. */
    private static final int RECORDS = 1_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration ALL_TIMEOUT = Duration.ofSeconds(60);

    /** Thrown instead of keeping too many letters in memory. */
    static final class TooManyLettersException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private TooManyLettersException() {
            super("the webhook has more than " + ALL_LIMIT + " dead letters", null, false, false);
        }
    }

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
    List<LetterFold.Folded> newest(String webhook) {
        return read(webhook, RECORDS, TIMEOUT).reversed().stream().limit(LIMIT).toList();
    }

    /**
     * Returns all letters that are retained, oldest first, without repetitions. Blocks for longer than {@link #newest}.
     *
     * @throws TimeoutException if Kafka does not respond in time
     * @throws TooManyLettersException if there are more than {@link #ALL_LIMIT}
     */
    List<LetterFold.Folded> all(String webhook) {
        return read(webhook, Long.MAX_VALUE, ALL_TIMEOUT);
    }

    private synchronized List<LetterFold.Folded> read(String webhook, long records, Duration timeout) {
        KafkaConsumer<String, LogRecord> consumer = kafka.follower(clientId);
        try (KafkaClients.Closing _ = KafkaClients.closing(consumer)) {
            List<TopicPartition> partitions = IntStream.range(0, kafka.settings().partitions())
                    .mapToObj(number -> kafka.partition(Topic.DEAD_LETTERS, number)).toList();
            Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions, TIMEOUT);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, TIMEOUT);
            consumer.assign(partitions);
            ends.forEach((partition, end) -> consumer.seek(partition, Math.max(first.get(partition), end - records)));
            LetterFold fold = new LetterFold(webhook);
            read(consumer, ends, fold, timeout);
            return fold.letters();
        }
    }

    private static void read(KafkaConsumer<String, LogRecord> consumer, Map<TopicPartition, Long> ends,
            LetterFold fold, Duration timeout) {
        long deadlineNanos = System.nanoTime() + timeout.toNanos();
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey(), TIMEOUT) < end.getValue())) {
            if (System.nanoTime() - deadlineNanos > 0) {
                throw new TimeoutException("the dead letters were not read within " + timeout.toSeconds() + " s");
            }
            for (ConsumerRecord<String, LogRecord> record : consumer.poll(Duration.ofMillis(100))) {
                fold.add(record.value());
                if (fold.size() > ALL_LIMIT) {
                    throw new TooManyLettersException();
                }
            }
        }
    }
}
