package io.millrace.platform.net;

import io.millrace.media.bytes.MemoryShare;
import io.millrace.media.bytes.OverLimitException;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Limits the memory that all peers of a process together can make the process hold for incomplete messages. When the
 * limit is exceeded, memory is freed in this order:
 *
 * <ol>
 * <li>Connections without a reserve are closed: first those that have not been admitted, then the others, newest first.
 * <li>Connections that hold more than their reserve stay open but release what exceeds it: first those that have
 * exceeded it for at least {@link #STALLED_NANOS}, longest first, because a peer that completes its messages exceeds it
 * only briefly; then the others, newest first.
 * </ol>
 *
 * <p>A peer within its reserve never has to give anything up: all reserves together take at most three quarters of the
 * limit, and {@link Reserves} keeps the last reserves for networks that hold few. Peers with a reserve leave an eighth
 * of the limit to those without. Counts allocated memory, not received bytes. Thread-safe; each {@link Share} is
 * confined to the thread of its connection.
 */
public final class MemoryBudget {
    /** How many quarters of the limit all reserves together may take. */
    private static final int RESERVED_QUARTERS = 3;
    /**
     * Divisor: only peers without a reserve may use the last eighth of the limit, so that new peers can always connect.
     */
    private static final int OTHERS_SHARE = 8;
    /** A keyframe of 1 MB takes this long at 1.6 Mbit/s. */
    static final long STALLED_NANOS = 5_000_000_000L;

    private final long limitBytes;
    private final long reserveBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong numbers = new AtomicLong();
    private final LongSupplier nanoTime;
    private final Reserves reserves;
    /** Connections that hold memory and have no reserve, in the order in which they are closed. */
    private final ConcurrentSkipListSet<Share> unreserved = new ConcurrentSkipListSet<>(Comparator
            .comparing((Share share) -> share.admitted)
            .thenComparing(share -> share.number, Comparator.reverseOrder()));
    /** Connections that hold more than their reserve, newest first. */
    private final ConcurrentSkipListSet<Share> debtors = new ConcurrentSkipListSet<>(
            Comparator.comparingLong((Share share) -> share.number).reversed());

    /** Creates a budget in which no peer has a reserve. */
    public MemoryBudget(long limitBytes) {
        this(limitBytes, 0);
    }

    /**
     * @param limitBytes the limit, for example a fraction of the heap
     * @param reserveBytes the memory that {@link Share#reserve} reserves for one peer
     */
    public MemoryBudget(long limitBytes, long reserveBytes) {
        this(limitBytes, reserveBytes, System::nanoTime);
    }

    /** @param nanoTime clock for {@link #STALLED_NANOS} */
    MemoryBudget(long limitBytes, long reserveBytes, LongSupplier nanoTime) {
        this.limitBytes = limitBytes;
        this.reserveBytes = reserveBytes;
        this.nanoTime = nanoTime;
        long reservable = limitBytes / (RESERVED_QUARTERS + 1) * RESERVED_QUARTERS;
        reserves = new Reserves(Math.clamp(reservable / Math.max(1, reserveBytes), 0, Integer.MAX_VALUE));
    }

    /** Returns a budget without a limit. */
    public static MemoryBudget unlimited() {
        return new MemoryBudget(Long.MAX_VALUE);
    }

    /** Returns the memory that all connections hold now, in bytes. */
    public long bytes() {
        return bytes.get();
    }

    /**
     * Opens the share of a new connection that will never have a reserve.
     *
     * @param shed closes the connection; called at most once, on any thread
     */
    public Share open(Runnable shed) {
        return open(shed, shed);
    }

    /**
     * Opens the share of a new connection.
     *
     * @param shed closes the connection; called at most once, on any thread, while the connection has no reserve
     * @param yield makes the connection release what exceeds its reserve and then call {@link Share#yielded}; called on
     *     any thread
     */
    public Share open(Runnable shed, Runnable yield) {
        return new Share(numbers.incrementAndGet(), Objects.requireNonNull(shed), Objects.requireNonNull(yield));
    }

    /** Frees memory until the limit is met; returns false if {@code taker} itself has to give way. */
    private synchronized boolean makeRoom(Share taker) {
        boolean spares = unreserved.stream().mapToLong(share -> share.heldBytes).sum() <= limitBytes / OTHERS_SHARE;
        List<Share> order = Stream.concat(spares ? Stream.empty() : unreserved.stream(), debtorsInOrder()).toList();
        long over = bytes.get() - taker.mostBytes()
                - order.stream().filter(share -> share.asked).mapToLong(Share::toGiveBack).sum();
        for (Share victim : order) {
            if (over <= 0) {
                return true;
            }
            if (victim == taker) {
                return false;
            }
            if (!victim.asked) {
                over -= victim.toGiveBack();
                victim.ask();
            }
        }
        return true;
    }

    private Stream<Share> debtorsInOrder() {
        long now = nanoTime.getAsLong();
        List<Share> newestFirst = List.copyOf(debtors);
        return Stream.concat(
                newestFirst.stream().filter(share -> share.hasStalled(now))
                        .sorted(Comparator.comparingLong(share -> share.exceedsSinceNanos - now)),
                newestFirst.stream().filter(share -> !share.hasStalled(now)));
    }

    /** The memory of one connection. */
    public final class Share implements MemoryShare {
        /** The newer the connection, the greater. */
        private final long number;
        private final Runnable shed;
        private final Runnable yield;
        private volatile long heldBytes;
        private volatile boolean admitted;
        /** Whether the connection has been asked to close or to release what exceeds its reserve. */
        private volatile boolean asked;
        /**
         * Since when the connection has exceeded its reserve, by {@code nanoTime}; valid while it is in {@code
         * debtors}.
         */
        private volatile long exceedsSinceNanos;
        private volatile boolean reserved;
        /** Peers whose address is not known count as one network. */
        private String network = "";
        /** The set that contains this share; null if the share has nothing to yield. */
        private ConcurrentSkipListSet<Share> listed;

        private Share(long number, Runnable shed, Runnable yield) {
            this.number = number;
            this.shed = shed;
            this.yield = yield;
        }

        /** Returns the most that all connections together may hold after this one has taken more memory. */
        private long mostBytes() {
            return exceedsReserve() ? limitBytes - limitBytes / OTHERS_SHARE : limitBytes;
        }

        private long toGiveBack() {
            return reserved ? Math.max(0, heldBytes - reserveBytes) : heldBytes;
        }

        private void ask() {
            asked = true;
            (reserved ? yield : shed).run();
        }

        private boolean hasStalled(long nowNanos) {
            return nowNanos - exceedsSinceNanos >= STALLED_NANOS;
        }

        /**
         * Sets the peer's address, whose network the reserve counts for. Must not be called while there is a reserve.
         */
        public void peerIs(InetAddress address) {
            network = PeerNetwork.of(address);
        }

        /** Sets whether the peer has been accepted. */
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

        /** {@inheritDoc} {@link Reserves} limits the reserves of one network. */
        @Override
        public boolean reserve() {
            if (!reserved) {
                if (!reserves.take(network)) {
                    return false;
                }
                reserved = true;
                list();
            }
            return true;
        }

        /** Releases the reserve, if there is one. */
        @Override
        public void endReserve() {
            if (reserved) {
                reserved = false;
                asked = false;
                reserves.release(network);
                list();
            }
        }

        @Override
        public boolean hasReserve() {
            return reserved;
        }

        @Override
        public boolean exceedsReserve() {
            return reserved && heldBytes > reserveBytes;
        }

        @Override
        public void yielded() {
            asked = false;
        }

        @Override
        public boolean tryTake(long more) {
            boolean withinReserve = reserved && heldBytes + more <= reserveBytes;
            if (asked && !withinReserve) {
                return false;
            }
            heldBytes += more;
            list();
            if (bytes.addAndGet(more) > mostBytes() && !makeRoom(this)) {
                giveBack(more);
                return false;
            }
            return true;
        }

        @Override
        public OverLimitException usedUp(long more) {
            return new OverLimitException("process", "memoryOfPeers", bytes.get() + more, limitBytes);
        }

        @Override
        public void giveBack(long less) {
            heldBytes -= less;
            list();
            bytes.addAndGet(-less);
        }

        /** Releases everything; the connection is closed. */
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
                    exceedsSinceNanos = nanoTime.getAsLong();
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
