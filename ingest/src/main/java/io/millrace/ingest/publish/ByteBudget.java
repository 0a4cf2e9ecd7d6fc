package io.millrace.ingest.publish;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Limit of the bytes that were handed to the producer and are not acknowledged: those of one connection, of one
 * partition, or of the node. The budget shuts when its bytes exceed the limit, and opens when they have fallen to half
 * of it.
 *
 * <p>Thread-safe without a lock: event loops add bytes, the producer's thread releases them. The budget does not hold
 * back bytes itself: a publisher that adds to a shut budget stops reading (see {@link Valve}), so the limit may be
 * exceeded by one read of every publisher.
 */
final class ByteBudget {
    private static final long SHUT = 1;

    private final LongSupplier limitBytes;
    /** Bytes times two, plus {@link #SHUT}: one word, so that both change atomically. */
    private final AtomicLong word = new AtomicLong();
    private final Set<Valve> waiting = ConcurrentHashMap.newKeySet();

    ByteBudget(long limitBytes) {
        this(() -> limitBytes);
    }

    /**
     * @param limitBytes returns the current limit. A shut budget reads the limit again whenever bytes are released, so
     *        after the limit has fallen it opens at the latest when no bytes are left
     */
    ByteBudget(LongSupplier limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** Adds bytes, even if the budget is shut, and returns whether it is shut now. */
    boolean add(int sizeBytes) {
        while (true) {
            long seen = word.get();
            long bytes = (seen >>> 1) + sizeBytes;
            long shut = bytes > limitBytes.getAsLong() ? SHUT : seen & SHUT;
            if (word.compareAndSet(seen, bytes << 1 | shut)) {
                return shut == SHUT;
            }
        }
    }

    /**
     * Subtracts bytes that were added. If this opens the budget, calls {@link Valve#onBudgetOpen} of the waiting valves
     * on the calling thread.
     */
    void release(int sizeBytes) {
        while (true) {
            long seen = word.get();
            long bytes = (seen >>> 1) - sizeBytes;
            long shut = bytes > limitBytes.getAsLong() / 2 ? seen & SHUT : 0;
            if (word.compareAndSet(seen, bytes << 1 | shut)) {
                if ((seen & SHUT) != shut) {
                    wake();
                }
                return;
            }
        }
    }

    boolean isShut() {
        return (word.get() & SHUT) != 0;
    }

    /** Returns whether more than half of the limit is used. */
    boolean isHalfFull() {
        return bytes() > limitBytes.getAsLong() / 2;
    }

    /** Returns the bytes that were added and not released. */
    long bytes() {
        return word.get() >>> 1;
    }

    /**
     * Registers a valve: when the budget opens, {@link #release} calls its {@link Valve#onBudgetOpen}, once. The budget may have opened before the call, so the
     * caller must check {@link #isShut} again after it.
     */
    void await(Valve valve) {
        waiting.add(valve);
    }

    /** Revokes {@link #await}. A notification may still be under way. */
    void forget(Valve valve) {
        waiting.remove(valve);
    }

    private void wake() {
        for (Valve valve : waiting) {
            if (waiting.remove(valve)) {
                valve.onBudgetOpen();
            }
        }
    }
}
