package io.millrace.platform.net;

import java.net.InetAddress;
import java.util.concurrent.ConcurrentHashMap;

/** How many connections each {@link PeerNetwork} has, against a limit. Thread-safe. */
public final class AddressCounts {
    private final int limit;
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

    public AddressCounts(int limit) {
        this.limit = limit;
    }

    /** A connection comes; false if there is no room for it, and then it does not count. */
    public boolean enter(InetAddress address) {
        int now = counts.merge(PeerNetwork.of(address), 1, Integer::sum);
        if (now > limit) {
            leave(address);
            return false;
        }
        return true;
    }

    /** It is gone. */
    public void leave(InetAddress address) {
        counts.computeIfPresent(PeerNetwork.of(address), (_, count) -> count == 1 ? null : count - 1);
    }

    /** Addresses that have a connection. */
    public int size() {
        return counts.size();
    }
}
