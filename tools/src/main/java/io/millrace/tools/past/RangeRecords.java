package io.millrace.tools.past;

import io.millrace.platform.UserError;
import io.millrace.platform.log.LogRecord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a range of one partition without a gap, a poll at a time. Blocks; confined to one thread, except
 * {@link #cancel}.
 */
final class RangeRecords implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    /** If the log has more records but returns none for this long, the read fails. */
    private static final long SILENCE_NANOS = Duration.ofSeconds(30).toNanos();

    private final Consumer<String, LogRecord> consumer;
    private final TopicPartition partition;
    private final OptionalLong end;
    private final LongSupplier expired;
    private long nextOffset;
    private volatile boolean cancelled;

    /**
     * @param consumer for this reader only; closed with it
     * @param end exclusive; empty if it is not in the log yet
     * @param expired called if retention has deleted records before they were read; returns the offset to continue at
     */
    RangeRecords(Consumer<String, LogRecord> consumer, TopicPartition partition, long startOffset, OptionalLong end,
            LongSupplier expired) {
        this.consumer = consumer;
        this.partition = partition;
        this.end = end;
        this.expired = expired;
        nextOffset = startOffset;
        consumer.assign(List.of(partition));
        consumer.seek(partition, startOffset);
    }

    /**
     * Returns the next records; empty at the end of the range, or soon after {@link #cancel}.
     *
     * @throws UserError if the log has more records but returns none
     */
    List<ConsumerRecord<String, LogRecord>> next() {
        long sinceNanos = System.nanoTime();
        while (!cancelled && !isEndReached()) {
            List<ConsumerRecord<String, LogRecord>> records = poll();
            if (!records.isEmpty()) {
                return records;
            }
            if (System.nanoTime() - sinceNanos > SILENCE_NANOS) {
                throw new UserError("the log returns no records from offset " + nextOffset + " of " + partition
                        + "; check that Kafka is running and try again");
            }
        }
        return List.of();
    }

    /**
     * Returns the next records, which may have to be written first; empty at the end of the range, soon after
     * {@link #cancel}, or at the end of the log if the stream is over.
     *
     * @param isOver whether nothing follows what has been returned so far
     */
    List<ConsumerRecord<String, LogRecord>> follow(BooleanSupplier isOver) {
        while (!cancelled && !isEndReached()) {
            List<ConsumerRecord<String, LogRecord>> records = poll();
            if (!records.isEmpty() || isOver.getAsBoolean() && isAtEndOfLog()) {
                return records;
            }
        }
        return List.of();
    }

    private boolean isEndReached() {
        return end.isPresent() && nextOffset >= end.getAsLong();
    }

    /** Checks the end offset, because an empty poll can also be caused by a slow broker. */
    private boolean isAtEndOfLog() {
        return nextOffset >= consumer.endOffsets(List.of(partition), ANSWER).get(partition);
    }

    private List<ConsumerRecord<String, LogRecord>> poll() {
        List<ConsumerRecord<String, LogRecord>> records = new ArrayList<>();
        for (ConsumerRecord<String, LogRecord> record : consumer.poll(POLL).records(partition)) {
            if (end.isPresent() && record.offset() >= end.getAsLong()) {
                nextOffset = record.offset();
                break;
            }
            if (record.offset() != nextOffset) {
                // Retention has deleted records, and the consumer continues at the oldest retained one. The caller takes
                // the records before the gap first; the next poll meets the gap again.
                if (records.isEmpty()) {
                    nextOffset = expired.getAsLong();
                }
                consumer.seek(partition, nextOffset);
                break;
            }
            nextOffset++;
            records.add(record);
        }
        return records;
    }

    /** Returns the offset of the record after the last one returned. */
    long nextOffset() {
        return nextOffset;
    }

    /** Makes the reads return soon. Thread-safe. */
    void cancel() {
        cancelled = true;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
