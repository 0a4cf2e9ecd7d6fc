package io.millrace.edge.feed;

import java.util.HashMap;
import java.util.Map;

/** Counts the viewers that read the past by FLV, by address and in all, and refuses those above a limit. Thread-safe. */
final class PastViewers {
    private final int limit;
    private final int limitOfAddress;
    /** No count is zero. */
    private final Map<String, Integer> byAddress = new HashMap<>();
    private int count;

    PastViewers(int limit, int limitOfAddress) {
        this.limit = limit;
        this.limitOfAddress = limitOfAddress;
    }

    /** Whether one more viewer of an address would be refused. */
    synchronized boolean isFull(String address) {
        return count >= limit || byAddress.getOrDefault(address, 0) >= limitOfAddress;
    }

    /** Counts one more viewer; returns false, and counts nothing, if that is above a limit. */
    synchronized boolean enter(String address) {
        if (isFull(address)) {
            return false;
        }
        reenter(address);
        return true;
    }

    /** Counts a viewer that had gone on to live and has fallen behind again: it is not refused amid its playback. */
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
