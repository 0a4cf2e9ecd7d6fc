package io.millrace.platform.rtmp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many connections there are, of all listeners of a server, against {@link ConnectionLimits}. Thread-safe. */
final class ConnectionCounts {
    /** Whoever has an IPv6 address has all of its network. */
    private static final int NETWORK_BYTES = 8;

    private final ConnectionLimits limits;
    private final AtomicInteger unauthenticated = new AtomicInteger();
    private final ConcurrentHashMap<String, Integer> addresses = new ConcurrentHashMap<>();

    ConnectionCounts(ConnectionLimits limits) {
        this.limits = limits;
    }

    /** A connection comes; false if there is no room for it, and then it does not count. */
    boolean enter() {
        if (unauthenticated.incrementAndGet() > limits.unauthenticated()) {
            leave();
            return false;
        }
        return true;
    }

    /** It publishes or plays, or is gone. */
    void leave() {
        unauthenticated.decrementAndGet();
    }

    /** Its address is known; false if there is no room for it, and then it does not count. */
    boolean enter(InetAddress address) {
        int now = addresses.merge(key(address), 1, Integer::sum);
        if (now > limits.perAddress()) {
            leave(address);
            return false;
        }
        return true;
    }

    /** It is gone. */
    void leave(InetAddress address) {
        addresses.computeIfPresent(key(address), (_, count) -> count == 1 ? null : count - 1);
    }

    /** Addresses that have a connection. */
    int addresses() {
        return addresses.size();
    }

    private static String key(InetAddress address) {
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(address instanceof Inet6Address ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }
}
