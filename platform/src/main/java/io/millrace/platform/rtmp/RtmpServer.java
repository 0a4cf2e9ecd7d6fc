package io.millrace.platform.rtmp;

import io.millrace.platform.net.AcceptFaults;
import io.millrace.platform.net.ProxyHeader;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.net.SocketTransport;
import io.millrace.platform.tls.TlsByFirstByte;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollSocketChannel;
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
 * Accepts RTMP and RTMPS connections for an {@link RtmpApplication}.
 *
 * <p>Thread-safe; {@link #bind} and {@link #bindTls} may be called once each. The server accepts connections until
 * {@link #stopAccepting} or {@link #close}.
 */
public final class RtmpServer implements AutoCloseable {
    /** Time for peers to read the last status: {@link Watchdog#DRAIN_SECONDS}, rounding, and some slack. */
    private static final int CLOSE_SECONDS = 4;
    private static final int BACKLOG = 1024;
    /**
     * TCP's own timeout for peers that have vanished, as a multiple of {@link ConnectionLimits#blocked}. It is longer
     * than the limits of {@link Watchdog}, so that a connection normally ends with one of the watchdog's reasons.
     */
    private static final int USER_TIMEOUT_FACTOR = 2;

    /** Null before {@link #serve} if the server was created without an application. */
    private volatile RtmpApplication application;
    private final RtmpMeters meters;
    private final RtmpServerSettings settings;
    private volatile ConnectionLimits limits;
    private final SharedState shared;
    private final EventLoopGroup group;
    private final boolean ownsGroup;
    private final ChannelGroup listeners = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private volatile boolean closing;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /** Creates a server with event loops of its own, one per processor, which read at a {@link ReadPace}. */
    public RtmpServer(RtmpApplication application, RtmpMeters meters, RtmpServerSettings settings) {
        this(application, meters, settings,
                SocketTransport.newGroup("rtmp", Runtime.getRuntime().availableProcessors(), PacedIo::factory), true);
    }

    /** Creates a server with event loops of its own whose ports do not accept connections before {@link #serve}. */
    RtmpServer(RtmpMeters meters, RtmpServerSettings settings) {
        this(null, meters, settings);
    }

    /** Creates a server on event loops that the caller shares and closes. */
    public RtmpServer(RtmpApplication application, RtmpMeters meters, RtmpServerSettings settings,
            EventLoopGroup group) {
        this(application, meters, settings, group, false);
    }

    private RtmpServer(RtmpApplication application, RtmpMeters meters, RtmpServerSettings settings,
            EventLoopGroup group, boolean ownsGroup) {
        this.application = application;
        this.meters = meters;
        this.settings = settings;
        this.limits = settings.limits();
        this.shared = SharedState.of(limits, settings.memory());
        this.group = group;
        this.ownsGroup = ownsGroup;
    }

    /**
     * Binds a port for RTMP, and for RTMPS as well if there is a certificate.
     *
     * @param port 0 for any free port
     * @return the port that was bound
     * @throws BindException if the port cannot be bound; with a message for the user, and the system's exception as its
     *     cause
     */
    public int bind(String host, int port) throws BindException {
        return bind(host, port, ServerSockets.NONE_NAMED);
    }

    /** Like {@link #bind(String, int)}, but port 0 never selects a port in {@code named}. */
    int bind(String host, int port, IntPredicate named) throws BindException {
        return bind("RTMP", host, port, named, settings.certificate() == null
                ? _ -> {}
                : channel -> channel.pipeline().addLast(new TlsByFirstByte(() -> tls(channel))));
    }

    /** Binds a port for RTMPS only, as {@link #bind(String, int)} does. The settings must contain a certificate. */
    public int bindTls(String host, int port) throws BindException {
        return bindTls(host, port, ServerSockets.NONE_NAMED);
    }

    int bindTls(String host, int port, IntPredicate named) throws BindException {
        return bind("RTMPS", host, port, named, channel -> channel.pipeline().addLast(tls(channel)));
    }

    /**
     * Starts to accept connections, beginning with those that have waited since {@link #bind}. To be called once, on a
     * server that was created without an application.
     */
    void serve(RtmpApplication its) {
        application = its;
        listeners.forEach(listener -> listener.config().setAutoRead(true));
    }

    /** Changes the limits, for connections that are accepted from now on. */
    void limit(ConnectionLimits changed) {
        shared.admission().limit(Integer.MAX_VALUE, changed.unauthenticated(), changed.perAddress());
        limits = changed;
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
        try {
            Channel listener = ServerSockets.bind(bootstrap, host, port, named);
            listeners.add(listener);
            return ServerSockets.port(listener);
        } catch (IOException e) {
            throw cannotBind(protocol, host, port, e.getCause());
        }
    }

    /** @param transport adds the handlers between the socket and RTMP */
    private void accept(Channel channel, Consumer<Channel> transport) {
        boolean proxied = settings.proxies().contains(channel.remoteAddress());
        ConnectionLimits its = limits;
        if (channel instanceof EpollSocketChannel epoll) {
            // Players are pinged, so that a vanished one always leaves bytes unacknowledged.
            epoll.config().setTcpUserTimeout(USER_TIMEOUT_FACTOR * (int) its.blocked().toMillis());
        }
        RtmpHandler connection = new RtmpHandler(application, meters, its, shared, proxied);
        if (proxied) {
            channel.pipeline().addLast(new HAProxyMessageDecoder(), new ProxyHeader(connection::peerIs));
        }
        transport.accept(channel);
        channel.pipeline().addLast(connection);
        connections.add(channel);
        if (closing) { // close() may not have seen this connection
            channel.close();
        }
    }

    private SslHandler tls(Channel channel) {
        return settings.certificate().handler(channel.alloc(), limits.handshake().toMillis());
    }

    /**
     * Closes the ports, and blocks until they are closed. Existing connections continue. Another call has no effect.
     */
    public void stopAccepting() {
        listeners.close().awaitUninterruptibly();
    }

    /**
     * Asks the players that support it to reconnect to another node. Returns immediately. The result completes when all
     * players that were asked have disconnected, however long that takes.
     *
     * @param description text for the user
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

    /**
     * Closes the ports, tells every peer that has sent {@code connect} that the server is shutting down, and waits up
     * to 4 s until all connections are closed; closes the remaining ones by force. If the server has event loops of its
     * own, ends them, which takes up to 4 s more. Must not be called on one of its event loops. Another call has no
     * effect.
     */
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
