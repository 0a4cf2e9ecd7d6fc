package io.millrace.edge.http;

import io.millrace.platform.net.AcceptFaults;
import io.millrace.platform.net.ListenFault;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.net.SocketTransport;
import io.millrace.platform.tls.ServerCertificate;
import io.millrace.platform.tls.TlsByFirstByte;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * The bound sockets of HTTP and HTTPS, with their event loops and certificate. They are bound before there is anything
 * to serve, so that a port conflict is reported at once; connections are accepted after {@link #serve}. Thread-safe.
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
    /** For ALPN, preferred ones first. */
    private static final List<String> PROTOCOLS = List.of(ApplicationProtocolNames.HTTP_2,
            ApplicationProtocolNames.HTTP_1_1);
    /**
     * TCP keep-alive: the idle time before the first probe of a silent peer, then the interval and number of probes.
     */
    private static final int KEEPALIVE_S = 60;
    private static final int KEEPALIVE_PROBE_S = 10;
    private static final int KEEPALIVE_PROBES = 3;
    /** Above the second mark of pending bytes, nothing more is written to a viewer until they are below the first. */
    static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final EventLoopGroup acceptors;
    private final EventLoopGroup loops;
    /** Null without TLS. */
    private final ServerCertificate certificate;
    private volatile HttpLimits limits;
    private Channel listener;
    /** Null without a port for HTTPS alone. */
    private Channel tlsListener;
    /** Null until {@link #serve}. */
    private volatile Connections connections;

    /** Sets up the pipelines of connections, each on its event loop. */
    @FunctionalInterface
    interface Connections {
        /** @param tls the handler that adds TLS, or that detects it; null for a connection without TLS */
        void accept(Channel channel, ChannelHandler tls);
    }

    private HttpPort(HttpSettings settings) {
        certificate = settings.tls() == null
                ? null
                : ServerCertificate.open("HTTPS", settings.tls().certificate(), settings.tls().key(), PROTOCOLS);
        limits = settings.limits();
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
            port.listener = port.bind("HTTP", "--http-port", settings, settings.port(), named,
                    settings.tls() == null ? _ -> null : port::detectTls);
            if (settings.tls() != null && settings.tls().port() != HttpSettings.NONE) {
                port.tlsListener = port.bind("HTTPS", "--https-port", settings, settings.tls().port(), named,
                        port::tls);
            }
            return port;
        } catch (RuntimeException e) {
            port.close();
            throw e;
        }
    }

    private Channel bind(String protocol, String portFlag, HttpSettings settings, int number, IntPredicate named,
            Function<Channel, ChannelHandler> tls) {
        try {
            return ServerSockets.bind(bootstrap(settings, tls), settings.host(), number, named);
        } catch (IOException e) {
            throw ListenFault.of(protocol, settings.host(), number, "--host", portFlag, e.getCause());
        }
    }

    private ChannelHandler tls(Channel channel) {
        return certificate.handler(channel.alloc(), limits.headers().toMillis());
    }

    private ChannelHandler detectTls(Channel channel) {
        return new TlsByFirstByte(() -> tls(channel));
    }

    private ServerBootstrap bootstrap(HttpSettings settings, Function<Channel, ChannelHandler> tls) {
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
                        if (channel instanceof EpollSocketChannel epoll) {
                            epoll.config()
                                    .setTcpUserTimeout(USER_TIMEOUT_FACTOR * (int) limits.blocked().toMillis());
                        }
                        connections.accept(channel, tls.apply(channel));
                    }
                });
        if (type == EpollServerSocketChannel.class) {
            noticeHalfOpen(bootstrap);
        }
        return bootstrap;
    }

    /** Detects half-open connections without unacknowledged data, by unanswered keep-alive probes. */
    private static void noticeHalfOpen(ServerBootstrap bootstrap) {
        bootstrap.childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_S)
                .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_PROBE_S)
                .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }

    /**
     * Starts to accept connections, beginning with those in the backlog. Call once.
     *
     * @param initializer sets up the pipeline of each connection
     */
    void serve(Connections initializer) {
        connections = initializer;
        listeners().forEach(each -> each.config().setAutoRead(true));
    }

    private Stream<Channel> listeners() {
        return Stream.of(listener, tlsListener).filter(Objects::nonNull);
    }

    /** Changes the limits of connections that are accepted from now on. */
    void limit(HttpLimits changed) {
        limits = changed;
    }

    /** Returns the port that is bound. */
    int number() {
        return ServerSockets.port(listener);
    }

    /** Returns the port for HTTPS alone, {@link HttpSettings#NONE} if there is none. */
    int tlsNumber() {
        return tlsListener == null ? HttpSettings.NONE : ServerSockets.port(tlsListener);
    }

    /** Checks for a new certificate now, in addition to the periodic checks. Returns whether there was one. */
    boolean reloadCertificate() {
        return certificate.reloadIfChanged();
    }

    /** Stops accepting connections. The ports are free when this method returns. Not for event loops, as it blocks. */
    void stopAccepting() {
        listeners().forEach(each -> each.close().awaitUninterruptibly());
    }

    /**
     * Stops accepting connections, and ends the event loops, for which it waits up to 5 s. A second call is harmless.
     */
    @Override
    public void close() {
        stopAccepting();
        if (certificate != null) {
            certificate.close();
        }
        acceptors.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
