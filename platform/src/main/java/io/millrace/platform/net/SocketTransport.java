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

/** Event loops and the sockets that go with them: epoll where its library loads (Linux), NIO elsewhere. Stateless. */
public final class SocketTransport {
    private SocketTransport() {}

    /** @param threads 0 for twice the processors */
    public static EventLoopGroup newGroup(String name, int threads) {
        return newGroup(name, threads, UnaryOperator.identity());
    }

    /** The same with something around the loops' input and output. */
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
