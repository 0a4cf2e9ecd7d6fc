package io.millrace.ingest.session;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Lets a producer linger while many records come, and makes it send at once while few do. A request costs a broker almost
 * as much with one record as with a hundred, so what comes together belongs into one; a node with few publishers has
 * nothing to wait for.
 *
 * <p>Owns a thread. Thread-safe.
 */
final class AdaptiveLinger implements AutoCloseable {
    /** What six publishers send. With more, event loops look for input in ticks, each of which brings much at once. */
    private static final double FEW_A_SECOND = 450;
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final LongSupplier records;
    private final Runnable flush;
    private final LongSupplier nanoClock;
    private final Thread thread;
    private volatile boolean lingers;
    /** A record was added that no flush has seen. */
    private volatile boolean added;
    private volatile boolean closed;

    /**
     * @param records how many were given to the producer so far
     * @param flush makes it send what it has; may block until that is acknowledged, if what is added meanwhile does not linger
     */
    AdaptiveLinger(String name, LongSupplier records, Runnable flush) {
        this(name, records, flush, System::nanoTime);
    }

    /** @param nanoClock by which records a second are counted */
    AdaptiveLinger(String name, LongSupplier records, Runnable flush, LongSupplier nanoClock) {
        this.records = records;
        this.flush = flush;
        this.nanoClock = nanoClock;
        this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
        thread.start();
    }

    /** A record was given to the producer. */
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
                lingers = (all - before) * 1e9 / (now - windowStartNanos) > FEW_A_SECOND;
                windowStartNanos = now;
                before = all;
            }
        }
    }
}
