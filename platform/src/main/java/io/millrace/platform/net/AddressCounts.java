package io.millrace.platform.net;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the connections of each {@link PeerNetwork} against a limit. Thread-safe. */
public final class AddressCounts {
    private volatile int limit;
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

    /** @param limit maximum number of connections of one network */
    public AddressCounts(int limit) {
        this.limit = limit;
    }

    /** Changes the limit, for connections that are counted from now on. */
    void limit(int connections) {
        limit = connections;
    }

    /** Counts a new connection. Returns false, and counts nothing, if the peer's network has reached the limit. */
    public boolean enter(InetAddress address) {
        int now = counts.merge(PeerNetwork.of(address), 1, Integer::sum);
        if (now > limit) {
            leave(address);
            return false;
        }
        return true;
    }

    /** Uncounts a connection that has been closed. To be called once for each successful {@link #enter}. */
    public void leave(InetAddress address) {
        counts.computeIfPresent(PeerNetwork.of(address), (_, count) -> count == 1 ? null : count - 1);
    }

    /** Returns the number of networks that have a connection. */
    public int size() {
        return counts.size();
    }
}
