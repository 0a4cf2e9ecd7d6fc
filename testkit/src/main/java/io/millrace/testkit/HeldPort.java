package io.millrace.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * A port of the loopback address that nothing else gets until this is closed. A server that shares the address
 * (SO_REUSEADDR, which Java's server sockets set) can listen there, and can do so again after it has stopped: Linux
 * lets several sockets be bound to a port as long as only one of them listens.
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
