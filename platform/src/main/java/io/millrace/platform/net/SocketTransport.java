package io.millrace.platform.net;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.function.UnaryOperator;

/** Creates event loops and matching sockets: epoll where its library loads (Linux), NIO elsewhere. Stateless. */
public final class SocketTransport {
    private SocketTransport() {}

    /** @param threads number of event loops, 0 for twice the number of processors */
    public static EventLoopGroup newGroup(String name, int threads) {
        return newGroup(name, threads, UnaryOperator.identity());
    }

    /** Creates event loops whose input and output {@code around} wraps. */
    public static EventLoopGroup newGroup(String name, int threads, UnaryOperator<IoHandlerFactory> around) {
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), around.apply(io));
    }

    public static Class<? extends ServerChannel> serverChannel(EventLoopGroup group) {
        return group instanceof IoEventLoopGroup io && io.isCompatible(EpollIoHandle.class)
                ? EpollServerSocketChannel.class
                : NioServerSocketChannel.class;
    }
}
