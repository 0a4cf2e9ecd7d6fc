package io.millrace.media.bytes;

import java.util.Comparator;
import java.util.Iterator;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The memory that all peers of a process together may make it hold for what is not complete yet. Where it runs out, connections are
 * shed until there is room: first those that have not been admitted, then those that have, each the newest first. So a stranger
 * never costs a peer that was there before it, and nobody costs an admitted peer while there is a stranger left.
 *
 * <p>Counts memory that is allocated, not bytes that arrived. Thread-safe; each {@link Share} is confined to the thread of its
 * connection.
 */
public final class MemoryBudget {
    /** Who is shed before whom. */
    private static final Comparator<Share> FIRST_SHED = Comparator.comparing((Share share) -> share.admitted)
            .thenComparing(share -> share.number, Comparator.reverseOrder());

    private final long limitBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong numbers = new AtomicLong();
    /** Those that hold memory. */
    private final ConcurrentSkipListSet<Share> holders = new ConcurrentSkipListSet<>(FIRST_SHED);

    /** @param limitBytes such as a share of the heap */
    public MemoryBudget(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** What nothing is refused of. */
    public static MemoryBudget unlimited() {
        return new MemoryBudget(Long.MAX_VALUE);
    }

    /** What is held now. */
    public long bytes() {
        return bytes.get();
    }

    /**
     * Of a new connection, which holds nothing yet.
     *
     * @param shed closes the connection; called once at most, by any thread
     */
    public Share open(Runnable shed) {
        return new Share(numbers.incrementAndGet(), Objects.requireNonNull(shed));
    }

    /** Sheds until what is left fits; returns false if {@code taker} is among those that go. */
    private synchronized boolean makeRoom(Share taker) {
        long over = bytes.get() - limitBytes - leaving().mapToLong(share -> share.heldBytes).sum();
        Iterator<Share> victims = holders.iterator();
        while (over > 0 && victims.hasNext()) {
            Share victim = victims.next();
            if (victim == taker) {
                return false;
            }
            if (!victim.leaving) {
                victim.leaving = true;
                over -= victim.heldBytes;
                victim.shed.run();
            }
        }
        return true;
    }

    private Stream<Share> leaving() {
        return holders.stream().filter(share -> share.leaving);
    }

    /** What one connection holds. */
    public final class Share {
        private final long number;
        private final Runnable shed;
        private volatile long heldBytes;
        private volatile boolean admitted;
        private volatile boolean leaving;

        private Share(long number, Runnable shed) {
            this.number = number;
            this.shed = shed;
        }

        /** The peer is no stranger any more: it was accepted. */
        public void admit(boolean accepted) {
            if (accepted != admitted) {
                boolean held = holders.remove(this);
                admitted = accepted;
                if (held) {
                    holders.add(this);
                }
            }
        }

        public boolean isAdmitted() {
            return admitted;
        }

        /** @throws OverLimitException before the memory is taken, if this connection is the first to go */
        public void take(long more) {
            long before = heldBytes;
            if (leaving) {
                throw new OverLimitException("process", "memoryOfPeers", bytes.get(), limitBytes);
            }
            heldBytes = before + more;
            if (before == 0 && more > 0) {
                holders.add(this);
            }
            if (bytes.addAndGet(more) > limitBytes && !makeRoom(this)) {
                giveBack(more);
                throw new OverLimitException("process", "memoryOfPeers", bytes.get() + more, limitBytes);
            }
        }

        public void giveBack(long less) {
            long after = heldBytes - less;
            heldBytes = after;
            if (after == 0 && less > 0) {
                holders.remove(this);
            }
            bytes.addAndGet(-less);
        }

        /** All of it; the connection is gone. */
        public void close() {
            giveBack(heldBytes);
        }
    }
}
