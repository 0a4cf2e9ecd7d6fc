package io.millrace.platform.net;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts the reserves of a {@link MemoryBudget}, in total and by {@link PeerNetwork}. The last eighth is left to
 * networks that hold few reserves, so that a few networks cannot take all of them. Thread-safe.
 */
final class Reserves {
    /** A network that holds this many or more gets none of the last eighth. */
    static final int FEW = 4;
    private static final int LAST_SHARE = 8;

    private final int limit;
    private final Map<String, Integer> held = new HashMap<>();
    private int taken;

    /** @param limit maximum number of reserves in total */
    Reserves(int limit) {
        this.limit = limit;
    }

    /** Takes a reserve for a peer of {@code network}; returns false if none is left for that network. */
    synchronized boolean take(String network) {
        int open = held.getOrDefault(network, 0) < FEW ? limit : limit - limit / LAST_SHARE;
        if (taken >= open) {
            return false;
        }
        taken++;
        held.merge(network, 1, Integer::sum);
        return true;
    }

    /** Releases one reserve of {@code network}, for which {@link #take} has returned true. */
    synchronized void release(String network) {
        taken--;
        held.computeIfPresent(network, (_, count) -> count == 1 ? null : count - 1);
    }

    /** Returns the number of networks that hold a reserve. */
    synchronized int networks() {
        return held.size();
    }
}
