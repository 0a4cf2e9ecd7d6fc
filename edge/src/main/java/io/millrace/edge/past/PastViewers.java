package io.millrace.edge.past;

import io.millrace.edge.log.ReaderPool;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the viewers that read the past by FLV, by address and in all, and refuses those above a limit. The last places
 * are for addresses that have none, so that a few addresses cannot take them all. Thread-safe.
 */
final class PastViewers {
    /** Each viewer has at most one waiting read, so there is always room for it. */
    private static final int LIMIT = ReaderPool.WAITING_LIMIT / 2;
    private static final int LIMIT_OF_ADDRESS = LIMIT / 8;
    /** Places for addresses that have none. */
    private static final int RESERVED = LIMIT / 4;

    /** No count is zero. */
    private final Map<String, Integer> byAddress = new HashMap<>();
    private int count;

    /** Whether there is no use in looking for a range for one more viewer of an address. */
    synchronized boolean isFull(String address) {
        return count >= LIMIT || own(address) >= LIMIT_OF_ADDRESS;
    }

    /** Counts one more viewer; returns false, and counts nothing, if that is above a limit. */
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
     * Counts a viewer that had joined the live viewers and has fallen behind again. It is not refused in the middle of
     * its playback.
     */
    synchronized void reenter(String address) {
        byAddress.merge(address, 1, Integer::sum);
        count++;
    }

    /** A viewer that was counted has left, or watches live from now on. */
    synchronized void leave(String address) {
        byAddress.computeIfPresent(address, (_, own) -> own == 1 ? null : own - 1);
        count--;
    }
}
