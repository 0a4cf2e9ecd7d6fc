package io.millrace.edge.past;

import io.millrace.edge.log.ReaderPool;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the FLV viewers that read past media, per address and in total, and refuses those above a limit. The last
 * places are reserved for addresses without a viewer, so that a few addresses cannot take them all. Thread-safe.
 */
final class PastViewers {
    /**
     * A viewer has at most one waiting read, so viewers up to this limit fill half of the pool's queue. The other half
     * is for viewers beyond it ({@link #reenter}) and for the pool's other readers.
     */
    private static final int LIMIT = ReaderPool.WAITING_LIMIT / 2;
    private static final int LIMIT_OF_ADDRESS = LIMIT / 8;
    /** Places that are reserved for addresses without a viewer. */
    private static final int RESERVED = LIMIT / 4;

    /** Without zeros. */
    private final Map<String, Integer> byAddress = new HashMap<>();
    private int count;

    /** Returns whether one more viewer at an address would certainly be refused. */
    synchronized boolean isFull(String address) {
        return count >= LIMIT || own(address) >= LIMIT_OF_ADDRESS;
    }

    /** Counts one more viewer. Returns false, and counts nothing, if that would exceed a limit. */
    synchronized boolean enter(String address) {
        if (isFull(address) || count >= LIMIT - RESERVED && own(address) > 0) {
            return false;
        }
        reenter(address);
        return true;
    }

    private int own(String address) {
        return byAddress.getOrDefault(address, 0);
    }

    /**
     * Counts a viewer that had joined the live viewers and reads the log again. Limits do not apply, so that its
     * playback is not interrupted; new viewers are refused until the number is below the limit again. A read that
     * finds no room in the pool's queue fails, and its viewer tries again later.
     */
    synchronized void reenter(String address) {
        byAddress.merge(address, 1, Integer::sum);
        count++;
    }

    /** Called when a counted viewer has left or has joined the live viewers. */
    synchronized void leave(String address) {
        byAddress.computeIfPresent(address, (_, own) -> own == 1 ? null : own - 1);
        count--;
    }
}
