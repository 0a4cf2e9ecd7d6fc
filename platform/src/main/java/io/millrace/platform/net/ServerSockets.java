package io.millrace.platform.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.IntPredicate;

/** Binds server sockets. Stateless. */
public final class ServerSockets {
    /** For callers in whose process no other setting names a port. */
    public static final IntPredicate NONE_NAMED = _ -> false;

    private ServerSockets() {}

    /**
     * Binds a port and returns the listening channel; blocks until the port is bound.
     *
     * @param port 0 for any free port that is not {@code named}
     * @param named ports that other settings of this process name, whether they are bound already or later
     * @throws IOException if the port cannot be bound; with the system's message, and Netty's exception as its cause
     */
    public static Channel bind(ServerBootstrap bootstrap, String host, int port, IntPredicate named)
            throws IOException {
        ChannelFuture bound = bootstrap.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(bound.cause().getMessage(), bound.cause());
        }
        Channel socket = bound.channel();
        if (port != 0 || !named.test(port(socket))) {
            return socket;
        }
        try {
            // While this port is bound, the system returns another one.
            return bind(bootstrap, host, port, named);
        } finally {
            socket.close().awaitUninterruptibly();
        }
    }

    /** Returns the port that a listening channel is bound to. */
    public static int port(Channel bound) {
        return ((InetSocketAddress) bound.localAddress()).getPort();
    }
}
