package io.millrace.platform.net;

import io.millrace.media.bytes.MemoryShare;
import io.millrace.media.bytes.OverLimitException;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The memory that all peers of a process together may make it hold for what is not complete yet. Where it runs out, connections are
 * shed until there is room, in this order:
 *
 * <ol>
 * <li>those without a reserve: first the ones that have not been admitted, then the ones that have, each the newest first;
 * <li>those that hold more than their reserve: first the one that has done so for longest. A peer that completes what it begins
 * holds little for a moment, so this is one that does not.
 * </ol>
 *
 * <p>A peer that holds no more than its reserve is never shed or refused: reserves are only given while all of them together leave a
 * quarter of the limit to the others. Counts memory that is allocated, not bytes that arrived. Thread-safe; each {@link Share} is
 * confined to the thread of its connection.
 */
public final class MemoryBudget {
    /** Reserves take no more than so many quarters of the limit. */
    private static final int RESERVED_QUARTERS = 3;

    private final long limitBytes;
    private final long reserveBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong debts = new AtomicLong();
    private final AtomicLong reserves = new AtomicLong();
    /** Those that hold memory and have no reserve. */
    private final ConcurrentSkipListSet<Share> unreserved = new ConcurrentSkipListSet<>(Comparator
            .comparing((Share share) -> share.admitted)
            .thenComparing(share -> share.number, Comparator.reverseOrder()));
    /** Those that hold more than their reserve. */
    private final ConcurrentSkipListSet<Share> debtors = new ConcurrentSkipListSet<>(
            Comparator.comparingLong((Share share) -> share.debt));

    /** Without reserves. */
    public MemoryBudget(long limitBytes) {
        this(limitBytes, 0);
    }

    /**
     * @param limitBytes such as a part of the heap
     * @param reserveBytes what {@link Share#reserve} keeps for one peer
     */
    public MemoryBudget(long limitBytes, long reserveBytes) {
        this.limitBytes = limitBytes;
        this.reserveBytes = reserveBytes;
    }

    /** Has no limit. */
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
        long over = bytes.get() - limitBytes
                - holders().filter(share -> share.leaving).mapToLong(share -> share.heldBytes).sum();
        for (ConcurrentSkipListSet<Share> holders : List.of(unreserved, debtors)) {
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
        }
        return true;
    }

    private Stream<Share> holders() {
        return Stream.concat(unreserved.stream(), debtors.stream());
    }

    /** What one connection holds. */
    public final class Share implements MemoryShare {
        private final long number;
        private final Runnable shed;
        private volatile long heldBytes;
        private volatile boolean admitted;
        private volatile boolean leaving;
        /** The less, the longer it has held more than its reserve. */
        private volatile long debt;
        private boolean reserved;
        /** Where it is listed; null if it cannot be shed. */
        private ConcurrentSkipListSet<Share> listed;

        private Share(long number, Runnable shed) {
            this.number = number;
            this.shed = shed;
        }

        /** The peer is no stranger any more: it was accepted. */
        @Override
        public void admit(boolean accepted) {
            if (accepted != admitted) {
                unlist();
                admitted = accepted;
                list();
            }
        }

        @Override
        public boolean isAdmitted() {
            return admitted;
        }

        /** Sets memory aside for this peer; returns false if there is none left for that. Twice is once. */
        @Override
        public boolean reserve() {
            if (!reserved) {
                if (reserves.addAndGet(reserveBytes) > limitBytes / (RESERVED_QUARTERS + 1) * RESERVED_QUARTERS) {
                    reserves.addAndGet(-reserveBytes);
                    return false;
                }
                reserved = true;
                list();
            }
            return true;
        }

        /** Gives back what was set aside, if anything was. */
        @Override
        public void endReserve() {
            if (reserved) {
                reserved = false;
                reserves.addAndGet(-reserveBytes);
                list();
            }
        }

        /** @throws OverLimitException before the memory is taken, if this connection is the first to go */
        @Override
        public void take(long more) {
            if (leaving) {
                throw new OverLimitException("process", "memoryOfPeers", bytes.get(), limitBytes);
            }
            heldBytes += more;
            list();
            if (bytes.addAndGet(more) > limitBytes && !makeRoom(this)) {
                giveBack(more);
                throw new OverLimitException("process", "memoryOfPeers", bytes.get() + more, limitBytes);
            }
        }

        @Override
        public void giveBack(long less) {
            heldBytes -= less;
            list();
            bytes.addAndGet(-less);
        }

        /** All of it; the connection is gone. */
        @Override
        public void close() {
            giveBack(heldBytes);
            endReserve();
        }

        private void list() {
            ConcurrentSkipListSet<Share> where = reserved
                    ? heldBytes > reserveBytes ? debtors : null
                    : heldBytes > 0 ? unreserved : null;
            if (where != listed) {
                unlist();
                if (where == debtors) {
                    debt = debts.incrementAndGet();
                }
                if (where != null) {
                    where.add(this);
                }
                listed = where;
            }
        }

        private void unlist() {
            if (listed != null) {
                listed.remove(this);
                listed = null;
            }
        }
    }
}
