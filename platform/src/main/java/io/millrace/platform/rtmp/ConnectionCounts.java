package io.millrace.platform.rtmp;

import io.millrace.platform.net.AddressCounts;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** How many connections there are, of all listeners of a server, against {@link ConnectionLimits}. Thread-safe. */
final class ConnectionCounts {
    private final ConnectionLimits limits;
    private final AtomicInteger unauthenticated = new AtomicInteger();
    private final AddressCounts addresses;

    ConnectionCounts(ConnectionLimits limits) {
        this.limits = limits;
        addresses = new AddressCounts(limits.perAddress());
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
        return addresses.enter(address);
    }

    /** It is gone. */
    void leave(InetAddress address) {
        addresses.leave(address);
    }

    /** Addresses that have a connection. */
    int addresses() {
        return addresses.size();
    }
}
