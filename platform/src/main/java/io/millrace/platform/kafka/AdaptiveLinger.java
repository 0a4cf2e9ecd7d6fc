package io.millrace.platform.kafka;

import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * Lets a producer linger while the rate of records is high, and flushes the producer as soon as records are added while
 * the rate is low. A request costs a broker almost as much with one record as with a hundred, so records that arrive
 * together should share a request; a node with few publishers gains nothing by waiting.
 *
 * <p>The rate is not looked at while a flush blocks, as it does while a partition has no leader. Records that are added
 * meanwhile are sent at once, whatever their rate.
 *
 * <p>Owns a thread. Thread-safe.
 */
public final class AdaptiveLinger implements AutoCloseable {
    /**
     * A broker handles one request of a connection at a time. Records that arrive meanwhile are better sent in the next
     * request than in many requests queued after the current one: no record waits longer, and both ends handle fewer
     * requests.
     */
    private static final int IN_FLIGHT = 1;
    private static final int BATCH_BYTES_MIN = 16 << 10;
    private static final int BATCH_BYTES_MAX = 128 << 10;

    private final double fewPerSecond;
    private final LongSupplier records;
    private final Runnable flush;
    private final LongSupplier nanoClock;
    private final Thread thread;
    private volatile boolean lingers;
    /** Whether a record was added since the latest flush began. */
    private volatile boolean added;
    private volatile boolean closed;

    /**
     * Starts the thread.
     *
     * @param fewPerSecond up to this rate, records are flushed immediately
     * @param records returns the number of records handed to the producer so far; called on the thread of this class
     * @param flush makes the producer send its records; called on the thread of this class. May block until they are
     *     acknowledged if records added meanwhile do not linger
     */
    public AdaptiveLinger(String name, double fewPerSecond, LongSupplier records, Runnable flush) {
        this(name, fewPerSecond, records, flush, System::nanoTime);
    }

    /** @param nanoClock clock for the rate of records */
    AdaptiveLinger(String name, double fewPerSecond, LongSupplier records, Runnable flush, LongSupplier nanoClock) {
        this.fewPerSecond = fewPerSecond;
        this.records = records;
        this.flush = flush;
        this.nanoClock = nanoClock;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
        thread.start();
    }

    /**
     * Returns the producer settings that this class requires.
     *
     * @param lingerMs how long a record waits for others while the rate is high
     * @param batchBytes maximum number of bytes of one partition in one request
     */
    public static Map<String, Object> config(int lingerMs, int batchBytes) {
        return Map.of(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, IN_FLIGHT, ProducerConfig.LINGER_MS_CONFIG,
                lingerMs, ProducerConfig.BATCH_SIZE_CONFIG, batchBytes);
    }

    /**
     * Returns the size of a batch: two per partition, one open and one in flight, fit into half of the buffer even if
     * nearly empty.
     *
     * @param bufferBytes memory of the producer
     * @param partitions number of partitions of all topics that the producer writes to, added up
     */
    public static int batchBytes(long bufferBytes, int partitions) {
        return Math.clamp(bufferBytes / 4 / partitions, BATCH_BYTES_MIN, BATCH_BYTES_MAX);
    }

    /** Reports that a record was handed to the producer. Does not block. */
    public void added() {
        if (!lingers && !added) {
            added = true;
            LockSupport.unpark(thread);
        }
    }

    boolean lingers() {
        return lingers;
    }

    /** Stops the thread without waiting for it. Records that were added are not flushed. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        var rate = new RecordRate(fewPerSecond, nanoClock.getAsLong());
        while (!closed) {
            if (lingers) {
                LockSupport.parkNanos(RecordRate.WINDOW_NANOS);
            } else if (added) {
                added = false;
                flush.run();
            } else {
                LockSupport.park();
            }
            // In this order, because a record that is counted late would make the rate of a complete window too low.
            long now = nanoClock.getAsLong();
            lingers = rate.isHigh(records.getAsLong(), now);
        }
    }
}
