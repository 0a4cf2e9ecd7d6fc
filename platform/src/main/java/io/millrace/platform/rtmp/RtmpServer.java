package io.millrace.platform.rtmp;

import io.millrace.platform.net.AcceptFaults;
import io.millrace.platform.net.ProxyHeader;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.net.SocketTransport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntPredicate;

/**
 * Listeners of RTMP and RTMPS whose connections are given to an {@link RtmpApplication}.
 *
 * <p>Thread-safe; {@link #bind} and {@link #bindTls} once each. {@link #close} stops accepting, tells every peer, and waits for a bounded time.
 */
public final class RtmpServer implements AutoCloseable {
    /** For peers to read the last status: the drain, its rounding, and some slack. */
    private static final int CLOSE_SECONDS = 4;
    private static final int BACKLOG = 1024;
    /** {@link Watchdog}, which counts, comes first; the kernel sees peers that are gone without a word. */
    private static final int USER_TIMEOUT_FACTOR = 2;

    /** Null until {@link #serve}. */
    private volatile RtmpApplication application;
    private final RtmpMeters meters;
    private final RtmpServerSettings settings;
    private final SharedState shared;
    private final EventLoopGroup group;
    private final boolean ownsGroup;
    private final ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private volatile boolean closing;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** With event loops of its own, one a processor, which take what comes at a {@link ReadPace} where much comes. */
    public RtmpServer(RtmpApplication application, RtmpMeters meters, RtmpServerSettings settings) {
        this(application, meters, settings,
                SocketTransport.newGroup("rtmp", Runtime.getRuntime().availableProcessors(), PacedIo::factory), true);
    }

    /** With event loops of its own and nobody to serve: what it binds accepts from {@link #serve} on. */
    RtmpServer(RtmpMeters meters, RtmpServerSettings settings) {
        this(null, meters, settings);
    }

    /** With event loops that the caller shares and closes. */
    public RtmpServer(RtmpApplication application, RtmpMeters meters, RtmpServerSettings settings,
            EventLoopGroup group) {
        this(application, meters, settings, group, false);
    }

    private RtmpServer(RtmpApplication application, RtmpMeters meters, RtmpServerSettings settings,
            EventLoopGroup group, boolean ownsGroup) {
        this.application = application;
        this.meters = meters;
        this.settings = settings;
        this.shared = SharedState.of(settings.limits(), settings.memory());
        this.group = group;
        this.ownsGroup = ownsGroup;
    }

    /**
     * Begins to accept RTMP, and RTMPS on the same port if there is a certificate.
     *
     * @param port 0 for any free one
     * @return the port that it is
     * @throws BindException with a message for people, and the system's own as its cause
     */
    public int bind(String host, int port) throws BindException {
        return bind(host, port, ServerSockets.NONE_NAMED);
    }

    /** The same where "any free one" is none of {@code named}. */
    int bind(String host, int port, IntPredicate named) throws BindException {
        return bind("RTMP", host, port, named, settings.certificate() == null
                ? _ -> {}
                : channel -> channel.pipeline().addLast(new TlsByFirstByte(() -> tls(channel))));
    }

    /** The same for RTMPS and nothing else. There has to be a certificate. */
    public int bindTls(String host, int port) throws BindException {
        return bindTls(host, port, ServerSockets.NONE_NAMED);
    }

    int bindTls(String host, int port, IntPredicate named) throws BindException {
        return bind("RTMPS", host, port, named, channel -> channel.pipeline().addLast(tls(channel)));
    }

    /** From now on it accepts, first those that waited since {@link #bind}. Once, if there was no application before. */
    void serve(RtmpApplication its) {
        application = its;
        listeners.forEach(listener -> listener.config().setAutoRead(true));
    }

    private int bind(String protocol, String host, int port, IntPredicate named, Consumer<Channel> transport)
            throws BindException {
        Class<? extends ServerChannel> type = SocketTransport.serverChannel(group);
        ServerBootstrap bootstrap = new ServerBootstrap().group(group).channel(type).handler(AcceptFaults.HANDLER)
                .option(ChannelOption.SO_BACKLOG, BACKLOG).option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, application != null)
                .childOption(ChannelOption.TCP_NODELAY, true).childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, transport);
                    }
                });
        if (type == EpollServerSocketChannel.class) {
            // A player is pinged, so that there is always something that nobody acknowledges.
            bootstrap.childOption(EpollChannelOption.TCP_USER_TIMEOUT,
                    USER_TIMEOUT_FACTOR * (int) settings.limits().blocked().toMillis());
        }
        try {
            Channel listener = ServerSockets.bind(bootstrap, host, port, named);
            listeners.add(listener);
            return ServerSockets.port(listener);
        } catch (IOException e) {
            throw cannotBind(protocol, host, port, e.getCause());
        }
    }

    /** @param transport adds what comes between the socket and RTMP */
    private void accept(Channel channel, Consumer<Channel> transport) {
        boolean proxied = settings.proxies().contains(channel.remoteAddress());
        RtmpHandler connection = new RtmpHandler(application, meters, settings.limits(), shared, proxied);
        if (proxied) {
            channel.pipeline().addLast(new HAProxyMessageDecoder(), new ProxyHeader(connection::cameFrom));
        }
        transport.accept(channel);
        channel.pipeline().addLast(connection);
        connections.add(channel);
        if (closing) { // too late for the round of close()
            channel.close();
        }
    }

    private SslHandler tls(Channel channel) {
        return settings.certificate().handler(channel.alloc(), settings.limits().handshake().toMillis());
    }

    /** Takes no new connections. */
    public void stopAccepting() {
        listeners.close().awaitUninterruptibly();
    }

    /**
     * Asks the players that know it to connect again elsewhere. Returns at once; completed when all of those have left.
     *
     * @param description for people
     */
    public CompletableFuture<Void> askPlayersToLeave(String description) {
        return CompletableFuture.allOf(connections.stream().map(channel -> askToLeave(channel, description))
                .toArray(CompletableFuture[]::new));
    }

    private static CompletableFuture<Void> askToLeave(Channel channel, String description) {
        CompletableFuture<Void> left = new CompletableFuture<>();
        channel.closeFuture().addListener(_ -> left.complete(null));
        channel.eventLoop().execute(() -> {
            RtmpHandler handler = channel.pipeline().get(RtmpHandler.class);
            if (handler == null || !handler.askPlayerToLeave(description)) {
                left.complete(null);
            }
        });
        return left;
    }

    @Override
    public void close() {
        closing = true;
        stopAccepting();
        connections.forEach(channel -> {
            RtmpHandler handler = channel.pipeline().get(RtmpHandler.class);
            channel.eventLoop().execute(handler::shutDown);
        });
        if (!connections.newCloseFuture().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS)) {
            connections.close().awaitUninterruptibly();
        }
        if (ownsGroup) {
            group.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    private static BindException cannotBind(String protocol, String host, int port, Throwable cause) {
        BindException failure = new BindException(
                "cannot listen for " + protocol + " on " + host + ":" + port + ": " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }
}
