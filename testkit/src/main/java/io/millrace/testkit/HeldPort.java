package io.millrace.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A loopback port that the system assigns to no other socket until this object is closed. A server that sets
 * SO_REUSEADDR, as Java's server sockets do, can listen on the port, and can do so again after it has stopped: Linux
 * allows several sockets to be bound to a port if only one of them listens.
 */
final class HeldPort implements AutoCloseable {
    private final Socket bound;

    private HeldPort(Socket bound) {
        this.bound = bound;
    }

    static HeldPort take() throws IOException {
        Socket bound = new Socket();
        bound.setReuseAddress(true);
        bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return new HeldPort(bound);
    }

    /** Returns {@code host:port}. */
    String address() {
        return bound.getLocalAddress().getHostAddress() + ":" + bound.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        bound.close();
    }
}
