package io.millrace.platform.past;

import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.UnknownSchema;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads a range of offsets that is already in the log, of one partition. A range that the log has lost (its topic was
 * created again, or its last records were not on the disk) is read as if it had expired. Blocks, each request to Kafka
 * for at most 10 s, and then throws a {@link TimeoutException}. Confined to one thread.
 */
public final class RangeReader implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(500);
    /** A read of a range that takes longer than this fails. */
    private static final long DEADLINE_NANOS = Duration.ofSeconds(20).toNanos();

    /** Some hundred entries. A search step needs only one of them, but the consumer prefetches. */
    private static final int INDEX_FETCH_BYTES = 32 * 1024;

    /** Receives the result of one poll. */
    @FunctionalInterface
    interface Polls {
        /**
         * @param records in log order; possibly none
         * @param position offset at which the next poll continues
         * @return whether to continue
         */
        boolean polled(List<ConsumerRecord<String, LogRecord>> records, long position);
    }

    private final Consumer<String, LogRecord> consumer;

    /**
     * @param consumer a consumer for this reader only, which closes it; {@link KafkaClients#seeker} for reads at
     *     different positions
     */
    public RangeReader(Consumer<String, LogRecord> consumer) {
        this.consumer = consumer;
    }

    /** Returns a reader for {@link Moments}, which fetches only a little of {@code index} at a time. */
    public static RangeReader ofIndex(KafkaClients kafka, String clientId) {
        return new RangeReader(kafka.seeker(clientId,
                Map.of(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, INDEX_FETCH_BYTES)));
    }

    /**
     * Returns the offset of the first record with a timestamp of {@code timeMs} or later, or the end offset if there is
     * none.
     */
    public long offsetAt(TopicPartition partition, long timeMs) {
        take(partition);
        OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, Math.max(0, timeMs)), ANSWER)
                .get(partition);
        return found == null ? end(partition) : found.offset();
    }

    /** Returns the offset of the oldest retained record. */
    public long beginning(TopicPartition partition) {
        take(partition);
        return consumer.beginningOffsets(List.of(partition), ANSWER).get(partition);
    }

    /** Returns the offset after the newest record. */
    public long end(TopicPartition partition) {
        take(partition);
        return consumer.endOffsets(List.of(partition), ANSWER).get(partition);
    }

    /**
     * Passes the retained records from {@code from} (inclusive) to {@code to} (exclusive) to {@code visitor}, until it
     * returns false.
     *
     * @throws TimeoutException if Kafka does not respond in time
     * @throws NewerReleaseException if this release cannot read one of the records
     */
    public void read(TopicPartition partition, long from, long to,
            Predicate<ConsumerRecord<String, LogRecord>> visitor) {
        readPolls(partition, from, to, (records, _) -> records.stream().allMatch(visitor));
    }

    /**
     * Like {@link #read}, but passes the records poll by poll, with the position after each poll. Records that
     * retention has deleted are skipped without notice.
     */
    void readPolls(TopicPartition partition, long from, long to, Polls visitor) {
        if (from >= to) {
            return;
        }
        long began = System.nanoTime();
        take(partition);
        consumer.seek(partition, from);
        long position = from;
        while (position < to) {
            List<ConsumerRecord<String, LogRecord>> records = consumer.poll(POLL).records(partition);
            position = consumer.position(partition, ANSWER);
            if (position < from) {
                // The log ends before the range, and the consumer continues at the beginning of the log.
                return;
            }
            List<ConsumerRecord<String, LogRecord>> within = within(from, to, records);
            within.forEach(RangeReader::checkSchema);
            if (!visitor.polled(within, position)) {
                return;
            }
            if (position < to && records.isEmpty() && end(partition) <= position) {
                return;
            }
            if (position < to && System.nanoTime() - began > DEADLINE_NANOS) {
                throw new TimeoutException(partition + " was not read from offset " + from + " to " + to + " in time");
            }
        }
    }

    private static void checkSchema(ConsumerRecord<String, LogRecord> record) {
        if (record.value() instanceof UnknownSchema schema) {
            throw new NewerReleaseException(record, schema);
        }
    }

    private static List<ConsumerRecord<String, LogRecord>> within(long from, long to,
            List<ConsumerRecord<String, LogRecord>> records) {
        return records.isEmpty() || records.getFirst().offset() >= from && records.getLast().offset() < to
                ? records
                : records.stream().filter(record -> record.offset() >= from && record.offset() < to).toList();
    }

    /** The client rejects requests for partitions that are not assigned to it. */
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
