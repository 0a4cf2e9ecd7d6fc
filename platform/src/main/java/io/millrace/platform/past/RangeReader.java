package io.millrace.platform.past;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads what is in the log already: a range of offsets of one partition. Confined to one thread; it blocks. */
public final class RangeReader implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(500);
    /** A range that does not come in this time is given up. */
    private static final long DEADLINE_NANOS = Duration.ofSeconds(20).toNanos();

    /** Some hundred entries: a step of a search wants one of them, and the consumer fetches in advance. */
    private static final int INDEX_FETCH_BYTES = 32 * 1024;

    private final KafkaConsumer<String, LogRecord> consumer;

    /** @param consumer of its own ({@link KafkaClients#seeker}); closed with this reader */
    public RangeReader(KafkaConsumer<String, LogRecord> consumer) {
        this.consumer = consumer;
    }

    /** For {@link Moments}: what is read of {@code index} in one go is little. */
    public static RangeReader ofIndex(KafkaClients kafka, String clientId) {
        return new RangeReader(kafka.seeker(clientId,
                Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, INDEX_FETCH_BYTES)));
    }

    /** Offset of the first record that was written at {@code timeMs} or later; the end if there is none. */
    public long offsetAt(TopicPartition partition, long timeMs) {
        take(partition);
        OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, Math.max(0, timeMs)), ANSWER)
                .get(partition);
        return found == null ? end(partition) : found.offset();
    }

    /** Offset of the oldest record that is retained. */
    public long beginning(TopicPartition partition) {
        take(partition);
        return consumer.beginningOffsets(List.of(partition), ANSWER).get(partition);
    }

    public long end(TopicPartition partition) {
        take(partition);
        return consumer.endOffsets(List.of(partition), ANSWER).get(partition);
    }

    /**
     * Gives {@code visitor} the retained records from {@code from} up to but not including {@code to}, until it says false.
     *
     * @throws TimeoutException if the log does not answer in time
     */
    public void read(TopicPartition partition, long from, long to,
            Predicate<ConsumerRecord<String, LogRecord>> visitor) {
        if (from >= to) {
            return;
        }
        long began = System.nanoTime();
        take(partition);
        consumer.seek(partition, from);
        while (consumer.position(partition, ANSWER) < to) {
            for (ConsumerRecord<String, LogRecord> record : consumer.poll(POLL).records(partition)) {
                if (record.offset() >= to || !visitor.test(record)) {
                    return;
                }
            }
            if (System.nanoTime() - began > DEADLINE_NANOS) {
                throw new TimeoutException(partition + " was not read from " + from + " to " + to + " in time");
            }
        }
    }

    /** The client wants to be asked of partitions that it has; it complains of others. */
    private void take(TopicPartition partition) {
        if (!consumer.assignment().contains(partition)) {
            consumer.assign(List.of(partition));
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
