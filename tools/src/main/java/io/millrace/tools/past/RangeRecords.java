package io.millrace.tools.past;

import io.millrace.platform.UserError;
import io.millrace.platform.past.PacketRange;
import io.millrace.platform.past.RangeReader;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Reads a {@link PacketRange} for a job, one poll at a time, until the range ends or the job is cancelled. Confined to
 * one thread, except {@link #cancel}.
 */
final class RangeRecords implements AutoCloseable {
    /** If the log has more records but returns none for this long, the read fails. */
    private static final long SILENCE_NANOS = Duration.ofSeconds(30).toNanos();
    /** Time limit that ends each read after one poll. */
    private static final long ONE_POLL = 0;

    private final RangeReader reader;
    private final PacketRange packets;
    private final OptionalLong end;
    private final LongSupplier expired;
    private volatile boolean cancelled;

    /**
     * @param reader used for this range only; closed with this object
     * @param end end of the range, exclusive; empty if the end is not in the log yet
     * @param expired called if retention has deleted records before they were read; returns the offset to continue at
     */
    RangeRecords(RangeReader reader, PacketRange packets, OptionalLong end, LongSupplier expired) {
        this.reader = reader;
        this.packets = packets;
        this.end = end;
        this.expired = expired;
    }

    /**
     * Passes the next records to {@code visitor}. Blocks until there are any, for about 30 s at most. Returns false,
     * without having passed a record, at the end of the range or after {@link #cancel}.
     *
     * @throws UserError if the log has more records but returns none within that time
     */
    boolean next(PacketRange.Visitor visitor) {
        long sinceNanos = System.nanoTime();
        while (!cancelled && !isEndReached()) {
            if (turn(visitor)) {
                return true;
            }
            if (System.nanoTime() - sinceNanos > SILENCE_NANOS) {
                throw new UserError("the log returns no records from offset " + packets.next() + " of "
                        + packets.partition() + "; check that Kafka is running and try again");
            }
        }
        return false;
    }

    /**
     * Passes the next records to {@code visitor}. Blocks until they are written, without a time limit. Returns false,
     * without having passed a record, at the end of the range, after {@link #cancel}, or at the end of the log if the
     * stream is over.
     *
     * @param isOver returns whether the stream has ended with the records that were passed so far
     */
    boolean follow(BooleanSupplier isOver, PacketRange.Visitor visitor) {
        while (!cancelled && !isEndReached()) {
            if (turn(visitor)) {
                return true;
            }
            // An empty poll can also be caused by a slow broker.
            if (isOver.getAsBoolean() && packets.next() >= reader.end(packets.partition())) {
                return false;
            }
        }
        return false;
    }

    private boolean isEndReached() {
        return end.isPresent() && packets.next() >= end.getAsLong();
    }

    /** Returns whether the position has advanced. */
    private boolean turn(PacketRange.Visitor visitor) {
        long from = packets.next();
        PacketRange.Stop stop = packets.read(reader, end.orElse(Long.MAX_VALUE), ONE_POLL, visitor);
        boolean advanced = packets.next() > from;
        // The records before a gap come first; the next turn meets the gap again.
        if (stop == PacketRange.Stop.EXPIRED && !advanced) {
            packets.moveTo(expired.getAsLong());
        }
        return advanced;
    }

    /** Returns the offset of the next record. */
    long nextOffset() {
        return packets.next();
    }

    /** Makes the running read, and every later one, return after the current poll. Thread-safe. */
    void cancel() {
        cancelled = true;
    }

    @Override
    public void close() {
        reader.close();
    }
}
