package io.millrace.ingest.publish;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that were handed to the producer and are not acknowledged: of one connection, of one partition, or of the node.
 * It shuts above its limit and opens at half of it.
 *
 * <p>Thread-safe without a lock: event loops add, the producer's thread releases. Holds no bytes back by itself: who adds
 * to a shut budget stops reading (see {@link Valve}), so that it may go over by one read of every publisher.
 */
final class ByteBudget {
    private static final long SHUT = 1;

    private final long limitBytes;
    private final long openBytes;
    /** Bytes times two, plus {@link #SHUT}: one word, so that the two cannot disagree. */
    private final AtomicLong word = new AtomicLong();
    private final Set<Valve> waiting = ConcurrentHashMap.newKeySet();

    ByteBudget(long limitBytes) {
        this.limitBytes = limitBytes;
        this.openBytes = limitBytes / 2;
    }

    /** Whether it is shut now. */
    boolean add(int sizeBytes) {
        while (true) {
            long seen = word.get();
            long bytes = (seen >>> 1) + sizeBytes;
            long shut = bytes > limitBytes ? SHUT : seen & SHUT;
            if (word.compareAndSet(seen, bytes << 1 | shut)) {
                return shut == SHUT;
            }
        }
    }

    /** Takes back what was added; if that opens it, whoever waits is told, on this thread. */
    void release(int sizeBytes) {
        while (true) {
            long seen = word.get();
            long bytes = (seen >>> 1) - sizeBytes;
            long shut = bytes > openBytes ? seen & SHUT : 0;
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

    long bytes() {
        return word.get() >>> 1;
    }

    /** {@code valve} is settled once when this opens. Look at {@link #isShut} again after the call. */
    void await(Valve valve) {
        waiting.add(valve);
    }

    void forget(Valve valve) {
        waiting.remove(valve);
    }

    private void wake() {
        for (Valve valve : waiting) {
            waiting.remove(valve);
            valve.settle();
        }
    }
}
