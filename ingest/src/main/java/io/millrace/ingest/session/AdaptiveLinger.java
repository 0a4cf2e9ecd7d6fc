package io.millrace.ingest.session;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Lets a producer linger while the rate of records is high, and flushes it immediately while the rate is low. A request
 * costs a broker almost as much with one record as with a hundred, so records that arrive together should share a
 * request; a node with few publishers gains nothing by waiting.
 *
 * <p>Owns a thread. Thread-safe.
 */
final class AdaptiveLinger implements AutoCloseable {
    /**
     * Rate of about six publishers. With more, event loops poll for input per tick, and each tick reads many records.
     */
    private static final double FEW_PER_SECOND = 450;
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

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
     * @param records number of records handed to the producer so far
     * @param flush makes the producer send its records; may block until they are acknowledged if records added
     *        meanwhile do not linger
     */
    AdaptiveLinger(String name, LongSupplier records, Runnable flush) {
        this(name, records, flush, System::nanoTime);
    }

    /** @param nanoClock clock for the rate of records */
    AdaptiveLinger(String name, LongSupplier records, Runnable flush, LongSupplier nanoClock) {
        this.records = records;
        this.flush = flush;
        this.nanoClock = nanoClock;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
        thread.start();
    }

    /** Reports that a record was handed to the producer. */
    void added() {
        if (!lingers && !added) {
            added = true;
            LockSupport.unpark(thread);
        }
    }

    boolean lingers() {
        return lingers;
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        long windowStartNanos = nanoClock.getAsLong();
        long before = 0;
        while (!closed) {
            if (lingers) {
                LockSupport.parkNanos(WINDOW_NANOS);
            } else if (added) {
                added = false;
                flush.run();
            } else {
                LockSupport.park();
            }
            long now = nanoClock.getAsLong();
            if (now - windowStartNanos >= WINDOW_NANOS) {
                long all = records.getAsLong();
                lingers = (all - before) * 1e9 / (now - windowStartNanos) > FEW_PER_SECOND;
                windowStartNanos = now;
                before = all;
            }
        }
    }
}
