package io.millrace.platform.net;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;

/** How many connections there are of each IPv4 address, or IPv6 /64, against a limit. Thread-safe. */
public final class AddressCounts {
    /** Whoever has an IPv6 address has all of its network. */
    private static final int NETWORK_BYTES = 8;

    private final int limit;
    private final ConcurrentHashMap<String, Integer> counts = new ConcurrentHashMap<>();

    public AddressCounts(int limit) {
        this.limit = limit;
    }

    /** A connection comes; false if there is no room for it, and then it does not count. */
    public boolean enter(InetAddress address) {
        int now = counts.merge(key(address), 1, Integer::sum);
        if (now > limit) {
            leave(address);
            return false;
        }
        return true;
    }

    /** It is gone. */
    public void leave(InetAddress address) {
        counts.computeIfPresent(key(address), (_, count) -> count == 1 ? null : count - 1);
    }

    /** Addresses that have a connection. */
    public int size() {
        return counts.size();
    }

    private static String key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }
}
