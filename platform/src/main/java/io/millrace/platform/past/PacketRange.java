package io.millrace.platform.past;

import io.millrace.platform.log.LogRecord;
import io.millrace.platform.log.PacketsRecord;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;

/**
 * Reads one stream's {@code packets} from an offset on, without a gap, in turns. Each turn borrows a
 * {@link RangeReader}, which may read something else in between.
 *
 * <p>If retention has deleted the records that come next, the range stops there: the records that follow may have other
 * configurations, or belong to another session, so the caller looks up where it can continue ({@link #moveTo}). Blocks;
 * confined to one thread at a time.
 */
public final class PacketRange {
    /** Why a turn ended. */
    public enum Stop {
        /**
         * The visitor ended the turn, the turn has read its share, or Kafka did not respond in time after some records.
         */
        PAUSED,
        /** Everything before the end has been read. */
        END,
        /** Retention has deleted the next records. */
        EXPIRED
    }

    /** Receives the records of the stream, in log order. */
    @FunctionalInterface
    public interface Visitor {
        /** Returns whether the turn continues. */
        boolean visit(long offset, PacketsRecord record);
    }

    private final TopicPartition partition;
    private final String stream;
    private long next;
    private long seen;

    /**
     * @param partition a partition of {@code packets}
     * @param startOffset offset at which to begin, inclusive
     */
    public PacketRange(TopicPartition partition, String stream, long startOffset) {
        this.partition = partition;
        this.stream = stream;
        moveTo(startOffset);
    }

    /** Makes the next turn begin at another offset. */
    public void moveTo(long offset) {
        next = offset;
        seen = offset;
    }

    public TopicPartition partition() {
        return partition;
    }

    /** Returns the offset of the next record of any stream. */
    public long next() {
        return next;
    }

    /**
     * Returns the offset after the stream's newest record that was read; before the first one, the offset at which the
     * range begins.
     */
    public long seen() {
        return seen;
    }

    /**
     * Reads one turn.
     *
     * @param end offset at which to stop, exclusive; {@link Long#MAX_VALUE} to wait for records that are not in the log
     *     yet, for the time of one poll
     * @param turnBytes the turn ends after the poll with which it has read this many bytes, those of other streams
     *     included; with 0, it ends after one poll, even without records
     * @throws org.apache.kafka.common.errors.TimeoutException if Kafka does not respond in time, and nothing was read
     */
    public Stop read(RangeReader reader, long end, long turnBytes, Visitor visitor) {
        long from = next;
        var turn = new Turn(reader, end, turnBytes, visitor);
        try {
            reader.readPolls(partition, from, end, turn::polled);
        } catch (RetriableException e) {
            if (next == from) {
                throw e;
            }
            // The next turn continues after the records that were read.
            return Stop.PAUSED;
        }
        return turn.stop;
    }

    /** Confined to the reader's thread. */
    private final class Turn {
        private final RangeReader reader;
        private final long end;
        private final long turnBytes;
        private final Visitor visitor;
        private long readBytes;
        private Stop stop = Stop.END;

        private Turn(RangeReader reader, long end, long turnBytes, Visitor visitor) {
            this.reader = reader;
            this.end = end;
            this.turnBytes = turnBytes;
            this.visitor = visitor;
        }

        private boolean polled(List<ConsumerRecord<String, LogRecord>> records, long position) {
            for (ConsumerRecord<String, LogRecord> record : records) {
                if (record.offset() != next) {
                    return stop(Stop.EXPIRED);
                }
                next++;
                readBytes += Math.max(0, record.serializedValueSize());
                if (stream.equals(record.key()) && record.value() instanceof PacketsRecord packet) {
                    seen = next;
                    if (!visitor.visit(record.offset(), packet)) {
                        return stop(Stop.PAUSED);
                    }
                }
            }
            long passed = Math.min(position, end);
            if (passed > next) {
                if (reader.beginning(partition) > next) {
                    return stop(Stop.EXPIRED);
                }
                // Offsets without a record.
                next = passed;
            }
            return readBytes < turnBytes || stop(Stop.PAUSED);
        }

        private boolean stop(Stop why) {
            stop = why;
            return false;
        }
    }
}
