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

    /**
     * Creates event loops on daemon threads, which do not keep the process alive.
     *
     * @param name prefix of the thread names
     * @param threads number of event loops, 0 for twice the number of processors
     */
    public static EventLoopGroup newGroup(String name, int threads) {
        return newGroup(name, threads, UnaryOperator.identity());
    }

    /** Like {@link #newGroup(String, int)}; {@code around} wraps the input and output of the event loops. */
    public static EventLoopGroup newGroup(String name, int threads, UnaryOperator<IoHandlerFactory> around) {
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), around.apply(io));
    }

    /** Returns the type of server socket that runs on {@code group}. */
    public static Class<? extends ServerChannel> serverChannel(EventLoopGroup group) {
        return group instanceof IoEventLoopGroup io && io.isCompatible(EpollIoHandle.class)
                ? EpollServerSocketChannel.class
                : NioServerSocketChannel.class;
    }
}
