package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.EdgeSettings;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.feed.EpochSource;
import io.millrace.edge.feed.FlvPast;
import io.millrace.edge.feed.FlvSource;
import io.millrace.edge.feed.PartSource;
import io.millrace.edge.feed.PastSource;
import io.millrace.edge.live.Directory;
import io.millrace.media.bytes.MemoryBudget;
import io.millrace.platform.UserError;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.SocketTransport;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** The HTTP listener of an edge. Thread-safe. */
public final class EdgeServer implements AutoCloseable {
    /** Requests are short: what one read brings is no more than a long pipeline of them. */
    private static final int READ_BYTES = 8 * 1024;
    /** More than {@link ReadGate} lets through, so that it bounds a pipeline: by waiting, not by closing. */
    private static final int PIPELINE_DEPTH = 8;
    /** This part of the heap may be held by requests. */
    private static final int MEMORY_SHARE = 8;
    /** {@link ConnectionGuard}, which counts, comes first; the kernel sees those that it does not. */
    private static final int USER_TIMEOUT_FACTOR = 2;
    /** A peer that is gone without a word while nothing is sent is asked by its kernel after so long, and so many times. */
    private static final int KEEPALIVE_S = 60;
    private static final int KEEPALIVE_PROBE_S = 10;
    private static final int KEEPALIVE_PROBES = 3;
    /** How long a viewer may take to read the end of its stream when the edge ends. */
    private static final long STREAM_END_MS = 1_000;
    /** A viewer's socket gets more once less than this waits, and no more above the second. */
    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final EventLoopGroup acceptors;
    private final EventLoopGroup loops;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Admission admission;
    private final MemoryBudget memory = new MemoryBudget(Runtime.getRuntime().maxMemory() / MEMORY_SHARE);
    private final Endpoints endpoints;
    private final EdgeSettings settings;
    private final LimitClock clock;
    private Channel listener;

    public EdgeServer(EdgeSettings settings, long retentionMs, Directory directory, EpochSource epochs,
            PartSource parts, PastSource past, PartSource pastParts, FlvSource flv, FlvPast flvPast, Viewers viewers,
            EdgeMeters meters, LimitClock clock) {
        this.settings = settings;
        this.clock = clock;
        admission = new Admission(settings.limits());
        var audience = new HlsAudience(viewers, meters, clock::nanoTime);
        var flvEndpoint = new FlvEndpoint(directory, flv, flvPast, InstantSource.system(), viewers, meters);
        var answers = new HlsAnswers(past, meters);
        endpoints = new Endpoints(PageEndpoint.load(),
                new HlsEndpoint(directory, epochs, parts, past, pastParts, audience, answers, retentionMs, meters),
                new PastEndpoint(directory, epochs, past, audience, answers, InstantSource.system()), flvEndpoint,
                new ApiEndpoint(directory, past, viewers), settings.familiarUrls(), meters,
                new PeerLog(LoggerFactory.getLogger(EdgeServer.class)));
        acceptors = SocketTransport.newGroup("edge-accept", 1);
        loops = SocketTransport.newGroup("edge-http", settings.eventLoops());
    }

    /** Of this moment: connections come and go meanwhile. */
    private Stream<Channel> all() {
        return List.copyOf(connections).stream();
    }

    private void endStreams() {
        CompletableFuture<?>[] ended = all().map(connection -> {
            CompletableFuture<Void> done = new CompletableFuture<>();
            connection.closeFuture().addListener(_ -> done.complete(null));
            connection.eventLoop().execute(() -> {
                EdgeHandler handler = connection.pipeline().get(EdgeHandler.class);
                if (handler == null || handler.hasEnd()) {
                    done.complete(null);
                } else {
                    handler.shutDown();
                }
            });
            return done;
        }).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(ended).completeOnTimeout(null, STREAM_END_MS, TimeUnit.MILLISECONDS).join();
    }

    /** Listens. Gives the port. */
    public int start() {
        Class<? extends ServerChannel> type = SocketTransport.serverChannel(loops);
        var bootstrap = new ServerBootstrap().group(acceptors, loops).channel(type)
                .option(ChannelOption.SO_BACKLOG, 1024).option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR,
                        new AdaptiveRecvByteBufAllocator(512, 2_048, READ_BYTES))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        connect(channel);
                    }
                });
        if (type == EpollServerSocketChannel.class) {
            noticeHalfOpen(bootstrap);
        }
        var bound = bootstrap.bind(settings.host(), settings.httpPort()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new UserError("cannot listen for HTTP on " + settings.host() + ":" + settings.httpPort() + ": "
                    + bound.cause().getMessage() + "; stop what listens there, or choose another with --http-port",
                    bound.cause());
        }
        listener = bound.channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** A client that is gone without a word: what it does not acknowledge, or nobody answers when its kernel is asked. */
    private void noticeHalfOpen(ServerBootstrap bootstrap) {
        bootstrap
                .childOption(EpollChannelOption.TCP_USER_TIMEOUT,
                        USER_TIMEOUT_FACTOR * (int) settings.limits().blocked().toMillis())
                .childOption(EpollChannelOption.TCP_KEEPIDLE, KEEPALIVE_S)
                .childOption(EpollChannelOption.TCP_KEEPINTVL, KEEPALIVE_PROBE_S)
                .childOption(EpollChannelOption.TCP_KEEPCNT, KEEPALIVE_PROBES);
    }

    private void connect(Channel channel) {
        Client client = Client.of(channel, settings.proxies());
        connections.add(channel);
        if (!admission.admits(channel)) {
            Refusal.prepare(channel, CloseReason.TOO_MANY, endpoints.meters());
        } else if (!client.isProxy() && !admits(channel, client)) {
            Refusal.prepare(channel, CloseReason.TOO_MANY_OF_ADDRESS, endpoints.meters());
        } else {
            serve(channel, client);
        }
    }

    private void serve(Channel channel, Client client) {
        HttpLimits limits = settings.limits();
        var guard = new ConnectionGuard(limits, endpoints.meters(), clock);
        channel.pipeline().addLast(guard);
        if (client.isProxy()) {
            channel.pipeline().addLast(new ProxyDetector(source -> {
                client.cameFrom(source);
                if (!client.isProxy() && !admits(channel, client)) {
                    Refusal.replace(channel.pipeline(), CloseReason.TOO_MANY_OF_ADDRESS, endpoints.meters());
                }
            }));
        }
        var requests = new RequestGate(guard, endpoints.meters());
        channel.pipeline().addLast(new ReadGate(requests, memory),
                new HttpServerCodec(new HttpDecoderConfig().setMaxInitialLineLength(limits.lineBytes())
                        .setMaxHeaderSize(limits.headersBytes())
                        .setHeadersFactory(new HeaderCount(limits.headerCount())), PIPELINE_DEPTH),
                requests, new EdgeHandler(endpoints, limits, clock));
    }

    private boolean admits(Channel channel, Client client) {
        return client.address() == null || admission.admits(channel, client.address());
    }

    /**
     * Accepts nobody, answers what is held with what is known, and lets responses finish. Returns soon; completed when
     * none is left but those without an end, which {@link #close} ends.
     */
    public CompletableFuture<Void> drain() {
        if (listener != null) {
            listener.close().awaitUninterruptibly();
        }
        return CompletableFuture.allOf(all().map(EdgeServer::drain).toArray(CompletableFuture[]::new));
    }

    private static CompletableFuture<Void> drain(Channel connection) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        connection.closeFuture().addListener(_ -> done.complete(null));
        connection.eventLoop().execute(() -> {
            ChannelHandlerContext context = connection.pipeline().context(EdgeHandler.class);
            if (context != null) {
                EdgeHandler handler = (EdgeHandler) context.handler();
                handler.drain(context);
                if (!handler.hasEnd()) {
                    done.complete(null);
                }
            }
        });
        return done;
    }

    /** Ends the responses without an end as if their stream had ended, and cuts off the others. */
    @Override
    public void close() {
        if (listener != null) {
            listener.close().awaitUninterruptibly();
        }
        endStreams();
        connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        acceptors.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
