package io.millrace.edge.http;

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
 * The bound socket of the HTTP listener with its event loops. The port is bound before there is anything to serve, so
 * that a port conflict is reported at once; connections are accepted after {@link #serve}. Thread-safe.
 */
public final class HttpPort implements AutoCloseable {
    /** Requests are short: one read returns at most a long pipeline of them. */
    static final int READ_BYTES = 8 * 1024;
    private static final int BACKLOG = 1024;
    /** Connections that an event loop sets up at a time; with few of them, threads would mostly wait for each other. */
    private static final int ACCEPTED_PER_LOOP = 32;
    /**
     * {@link ConnectionGuard} acts first, because it counts the close; the kernel closes connections that the guard
     * misses.
     */
    private static final int USER_TIMEOUT_FACTOR = 2;
    /**
     * TCP keep-alive: the idle time before the first probe of a silent peer, then the interval and number of probes.
     */
    private static final int KEEPALIVE_S = 60;
    private static final int KEEPALIVE_PROBE_S = 10;
    private static final int KEEPALIVE_PROBES = 3;
    /** Above the second mark of pending bytes, nothing more is written to a viewer until they are below the first. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final EventLoopGroup acceptors;
    private final EventLoopGroup loops;
    private Channel listener;
    /** Null until {@link #serve}. */
    private volatile Consumer<Channel> connections;

    private HttpPort(HttpSettings settings) {
        acceptors = SocketTransport.newGroup("edge-accept", 1);
        loops = SocketTransport.newGroup("edge-http", settings.eventLoops());
    }

    /**
     * Binds the port, without accepting connections.
     *
     * @param named returns true for a port that must not be chosen when any free port is requested
     * @throws io.millrace.platform.UserError if the port cannot be bound
     */
    public static HttpPort bind(HttpSettings settings, IntPredicate named) {
        HttpPort port = new HttpPort(settings);
        try {
            port.listener = ServerSockets.bind(port.bootstrap(settings), settings.host(),
                    settings.port(), named);
            return port;
        } catch (IOException e) {
            port.close();
            throw ListenFault.of("HTTP", settings.host(), settings.port(), "--host", "--http-port", e.getCause());
        }
    }

    private ServerBootstrap bootstrap(HttpSettings settings) {
        Class<? extends ServerChannel> type = SocketTransport.serverChannel(loops);
        var bootstrap = new ServerBootstrap().group(acceptors, loops).channel(type)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(AcceptFaults.HANDLER,
                                new AcceptTurns(settings.eventLoops() * ACCEPTED_PER_LOOP, BACKLOG));
                    }
                })
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
            noticeHalfOpen(bootstrap, settings.limits());
        }
        return bootstrap;
    }

    /** Detects half-open connections: by unacknowledged data, or by unanswered keep-alive probes. */
    private static void noticeHalfOpen(ServerBootstrap bootstrap, HttpLimits limits) {
        bootstrap
                .childOption(EpollChannelOption.TCP_USER_TIMEOUT,
                        USER_TIMEOUT_FACTOR * (int) limits.blocked().toMillis())
                .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_S)
                .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_PROBE_S)
                .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }

    /**
     * Starts to accept connections, beginning with those in the backlog. Call once.
     *
     * @param initializer sets up the pipeline of each connection, on its event loop
     */
    void serve(Consumer<Channel> initializer) {
        connections = initializer;
        listener.config().setAutoRead(true);
    }

    /** Returns the port that is bound. */
    int number() {
        return ServerSockets.port(listener);
    }

    /** Stops accepting connections. The port is free when this method returns. Not for event loops, as it blocks. */
    void stopAccepting() {
        listener.close().awaitUninterruptibly();
    }

    /**
     * Stops accepting connections, and ends the event loops, for which it waits up to 5 s. A second call is harmless.
     */
    @Override
    public void close() {
        if (listener != null) {
            stopAccepting();
        }
        acceptors.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
