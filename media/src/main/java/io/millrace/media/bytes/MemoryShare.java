package io.millrace.media.bytes;

/**
 * What one connection holds of memory that it shares with others. A parser counts here what it takes, before it takes it.
 * Confined to the thread of the connection.
 */
public interface MemoryShare {
    /** Of a connection that shares memory with nobody. */
    MemoryShare ALONE = new MemoryShare() {
        @Override
        public void take(long more) {
            // Nobody is short of it.
        }

        @Override
        public void giveBack(long less) {
            // Nobody waits for it.
        }

        @Override
        public void admit(boolean accepted) {
            // There are no others.
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
            // Nothing was set aside.
        }

        @Override
        public void close() {
            // Nothing is counted.
        }
    };

    /** @throws OverLimitException before the memory is taken, if this connection is the first to go */
    void take(long more);

    void giveBack(long less);

    /** The peer is no stranger any more, or is one again: strangers go first. */
    void admit(boolean accepted);

    boolean isAdmitted();

    /** Sets memory aside for this peer; returns false if there is none left for that. Twice is once. */
    boolean reserve();

    /** Gives back what was set aside, if anything was. */
    void endReserve();

    /** All of it; the connection is gone. */
    void close();
}
