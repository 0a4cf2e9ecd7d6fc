package io.millrace.edge.http;

import io.millrace.edge.EdgeSettings;
import io.millrace.platform.net.AcceptFaults;
import io.millrace.platform.net.ListenFault;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.net.SocketTransport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * The bound socket of the HTTP listener with its event loops. It is bound before there is anything to serve, so that a port
 * that is taken is known at once, and accepts from {@link #serve} on. Thread-safe.
 */
public final class HttpPort implements AutoCloseable {
    /** Requests are short: what one read brings is no more than a long pipeline of them. */
    static final int READ_BYTES = 8 * 1024;
    private static final int BACKLOG = 1024;
    /** {@link ConnectionGuard}, which counts, comes first; the kernel sees those that it does not. */
    private static final int USER_TIMEOUT_FACTOR = 2;
    /** A peer that is gone without a word while nothing is sent is asked by its kernel after so long, and so many times. */
    private static final int KEEPALIVE_S = 60;
    private static final int KEEPALIVE_PROBE_S = 10;
    private static final int KEEPALIVE_PROBES = 3;
    /** A viewer's socket gets more once less than this waits, and no more above the second. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final EventLoopGroup acceptors;
    private final EventLoopGroup loops;
    private Channel listener;
    /** Null until somebody is served. */
    private volatile Consumer<Channel> connections;

    private HttpPort(EdgeSettings settings) {
        acceptors = SocketTransport.newGroup("edge-accept", 1);
        loops = SocketTransport.newGroup("edge-http", settings.eventLoops());
    }

    /**
     * @param named ports that "any free one" does not take
     * @throws io.millrace.platform.UserError with one line for people
     */
    public static HttpPort bind(EdgeSettings settings, IntPredicate named) {
        HttpPort port = new HttpPort(settings);
        try {
            port.listener = ServerSockets.bind(port.bootstrap(settings.limits()), settings.host(),
                    settings.httpPort(), named);
            return port;
        } catch (IOException e) {
            port.close();
            throw ListenFault.of("HTTP", settings.host(), settings.httpPort(), "--host", "--http-port", e.getCause());
        }
    }

    private ServerBootstrap bootstrap(HttpLimits limits) {
        Class<? extends ServerChannel> type = SocketTransport.serverChannel(loops);
        var bootstrap = new ServerBootstrap().group(acceptors, loops).channel(type)
                .handler(AcceptFaults.HANDLER)
                .option(ChannelOption.SO_BACKLOG, BACKLOG).option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 2_048, READ_BYTES))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connections.accept(channel);
                    }
                });
        if (type == EpollServerSocketChannel.class) {
            noticeHalfOpen(bootstrap, limits);
        }
        return bootstrap;
    }

    /** A client that is gone without a word: what it does not acknowledge, or nobody answers when its kernel is asked. */
    private static void noticeHalfOpen(ServerBootstrap bootstrap, HttpLimits limits) {
        bootstrap
                .childOption(EpollChannelOption.TCP_USER_TIMEOUT,
                        USER_TIMEOUT_FACTOR * (int) limits.blocked().toMillis())
                .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_S)
                .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_PROBE_S)
                .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }

    /** From now on it accepts, first those that waited. Once. */
    void serve(Consumer<Channel> initializer) {
        connections = initializer;
        listener.config().setAutoRead(true);
    }

    int number() {
        return ServerSockets.port(listener);
    }

    /** The port is free when it returns. */
    void stopAccepting() {
        listener.close().awaitUninterruptibly();
    }

    @Override
    public void close() {
        if (listener != null) {
            stopAccepting();
        }
        acceptors.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
