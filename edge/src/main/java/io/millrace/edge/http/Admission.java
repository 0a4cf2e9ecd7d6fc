package io.millrace.edge.http;

import io.millrace.platform.net.AddressCounts;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts connections, in all and of each address, against {@link HttpLimits}, until they are closed. Thread-safe. */
final class Admission {
    private final int limit;
    private final AtomicInteger connections = new AtomicInteger();
    private final AddressCounts addresses;

    Admission(HttpLimits limits) {
        limit = limits.connections();
        addresses = new AddressCounts(limits.perAddress());
    }

    /** A connection comes; false if there is no room for it, and then it does not count. */
    boolean admits(Channel channel) {
        if (connections.incrementAndGet() > limit) {
            connections.decrementAndGet();
            return false;
        }
        channel.closeFuture().addListener(_ -> connections.decrementAndGet());
        return true;
    }

    /** Its address is known; false if there is no room for it, and then it does not count. */
    boolean admits(Channel channel, InetAddress address) {
        if (!addresses.enter(address)) {
            return false;
        }
        channel.closeFuture().addListener(_ -> addresses.leave(address));
        return true;
    }

    /** Connections that count. */
    int size() {
        return connections.get();
    }

    /** Addresses that have a connection. */
    int addresses() {
        return addresses.size();
    }
}
