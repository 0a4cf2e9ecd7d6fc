package io.millrace.platform.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.IntPredicate;

/** Binds server sockets. Stateless. */
public final class ServerSockets {
    /** No port is spoken for. */
    public static final IntPredicate NONE_NAMED = _ -> false;

    private ServerSockets() {}

    /**
     * Binds, and waits for that.
     *
     * @param port 0 for any free one that is not {@code named}
     * @param named ports that somebody of this process was told to listen on, now or later
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
            // The system gives another one while this one is held.
            return bind(bootstrap, host, port, named);
        } finally {
            socket.close().awaitUninterruptibly();
        }
    }

    public static int port(Channel bound) {
        return ((InetSocketAddress) bound.localAddress()).getPort();
    }
}
