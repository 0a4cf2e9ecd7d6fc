package io.millrace.media.bytes;

/**
 * One connection's share of memory that all connections compete for. A parser accounts for memory here, in bytes,
 * before it allocates the memory. Confined to the thread of the connection.
 */
public interface MemoryShare {
    /** A share without a limit, for a connection that competes with no other. */
    MemoryShare ALONE = new MemoryShare() {
        @Override
        public boolean tryTake(long more) {
            return true;
        }

        @Override
        public OverLimitException usedUp(long more) {
            return new OverLimitException("process", "memoryOfPeers", more, 0);
        }

        @Override
        public void giveBack(long less) {
            // Nothing is counted.
        }

        @Override
        public void admit(boolean accepted) {
            // There are no other connections.
        }

        @Override
        public boolean isAdmitted() {
            return true;
        }

        @Override
        public boolean reserve() {
            return true;
        }

        @Override
        public void endReserve() {
            // Nothing was reserved.
        }

        @Override
        public boolean hasReserve() {
            return false;
        }

        @Override
        public boolean exceedsReserve() {
            return false;
        }

        @Override
        public void yielded() {
            // Nobody has asked for it.
        }

        @Override
        public void close() {
            // There is nothing to release.
        }
    };

    /**
     * Takes memory. Returns false, and takes nothing, if none is left and this connection is the first that must yield,
     * or if it has been asked to yield and would exceed its reserve.
     */
    boolean tryTake(long more);

    /**
     * Takes memory.
     *
     * @throws OverLimitException if {@link #tryTake} returns false
     */
    default void take(long more) {
        if (!tryTake(more)) {
            throw usedUp(more);
        }
    }

    /** Returns the exception that ends a connection if it cannot continue without {@code more} bytes. */
    OverLimitException usedUp(long more);

    /** Returns memory that was taken. */
    void giveBack(long less);

    /**
     * Sets whether the peer has been accepted. When memory is exhausted, peers that have not been accepted are
     * disconnected first.
     */
    void admit(boolean accepted);

    boolean isAdmitted();

    /**
     * Reserves memory for this peer; returns false if there is not enough left. Reserving twice has no further effect.
     */
    boolean reserve();

    /** Releases the reservation, if there is one. */
    void endReserve();

    boolean hasReserve();

    /**
     * Returns whether the peer has a reserve and holds more than that, so that it can be asked to release the excess.
     */
    boolean exceedsReserve();

    /** Reports that the connection has released what exceeded its reserve, as it was asked to. */
    void yielded();

    /** Releases everything, including the reserve. To be called when the connection is closed. */
    void close();
}
