package io.millrace.edge.http;

import io.millrace.edge.audience.Viewers;
import io.millrace.edge.dash.DashEndpoint;
import io.millrace.edge.exchange.Client;
import io.millrace.edge.exchange.HttpOutput;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.fanout.FlvSource;
import io.millrace.edge.flv.FlvEndpoint;
import io.millrace.edge.follow.EpochSource;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.log.PartSource;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.edge.past.FlvPast;
import io.millrace.edge.past.PastSource;
import io.millrace.edge.players.PlayerReports;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.net.ConnectionAdmission;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.ServerSockets;
import io.millrace.platform.net.Turns;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** The HTTP listener of an edge. Thread-safe. */
public final class EdgeServer implements AutoCloseable {
    /**
     * The decoder's limit of pipelined requests. Larger than what {@link ReadGate} lets through, so that a pipelining
     * client waits instead of being disconnected.
     */
    private static final int PIPELINE_DEPTH = 8;
    /** Requests may take the maximum heap divided by this number. */
    private static final int MEMORY_SHARE = 8;
    /** Steps of requests for past media that an event loop runs before it reads from its sockets again. */
    private static final int STEPS_PER_LOOP = 8;
    /** How long a viewer may take to read the end of its stream when the edge shuts down. */
    private static final long STREAM_END_MS = 1_000;

    private final HttpPort port;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private volatile HttpLimits limits;
    private final ConnectionAdmission admission;
    private final MemoryBudget memory = new MemoryBudget(Runtime.getRuntime().maxMemory() / MEMORY_SHARE);
    private final Endpoints endpoints;
    private final HttpSettings settings;
    private final LimitClock clock;

    /**
     * Creates a server that binds its own port.
     *
     * @throws io.millrace.platform.UserError if the port cannot be bound
     */
    public EdgeServer(HttpSettings settings, AccessPolicy access, long retentionMs, StreamDirectory directory,
            EpochSource epochs, PartSource parts, PastSource past, PartSource pastParts, FlvSource flv,
            FlvPast flvPast, Viewers viewers, PlayerReports reports, EdgeMeters meters, LimitClock clock) {
        this(HttpPort.bind(settings, ServerSockets.NONE_NAMED), settings, access, retentionMs, directory, epochs,
                parts, past, pastParts, flv, flvPast, viewers, reports, meters, clock);
    }

    /**
     * @param port the bound port; closed with the server
     * @param retentionMs how long media are retained, and may be cached
     * @param pastParts the same media as {@code parts}, read and cached separately from live media
     * @param reports null if reports of players are not collected
     */
    public EdgeServer(HttpPort port, HttpSettings settings, AccessPolicy access, long retentionMs,
            StreamDirectory directory, EpochSource epochs, PartSource parts, PastSource past, PartSource pastParts,
            FlvSource flv, FlvPast flvPast, Viewers viewers, PlayerReports reports,
            EdgeMeters meters, LimitClock clock) {
        this.port = port;
        this.settings = settings;
        this.clock = clock;
        limits = settings.limits();
        admission = new ConnectionAdmission(limits.connections(), Integer.MAX_VALUE, limits.perAddress());
        var asked = new PlayAccess(access);
        var play = reports == null
                ? asked
                : new PlayAccess(access, (request, stream) -> CmcdEndpoint.requested(reports, request, stream));
        var log = new HlsEndpoint.Log(epochs, parts, past, pastParts);
        List<HttpOutput> outputs = List.of(
                new HlsEndpoint(play, directory, log, retentionMs, viewers, clock::nanoTime, meters),
                new DashEndpoint(play, directory, log, viewers, clock::nanoTime, InstantSource.system(), meters),
                new FlvEndpoint(play, directory, flv, flvPast, InstantSource.system(), viewers, meters));
        endpoints = new Endpoints(PageEndpoint.load(), outputs,
                new Endpoints.Api(new ApiEndpoint(asked, directory, past, viewers),
                        new AccessEndpoint(asked, outputs, settings.familiarUrls(), InstantSource.system()),
                        new CmcdEndpoint(asked, directory, reports, meters.audience())),
                settings.origins(),
                settings.familiarUrls(), meters,
                new Turns(turns(settings.eventLoops())),
                new PeerLog(LoggerFactory.getLogger(EdgeServer.class)));
    }

    /**
     * Returns the limits on steps of requests for past media: how many run on the event loops at a time, and how many
     * may wait. A network may have as many steps waiting as reads ({@link ReaderPool}).
     */
    private static Turns.Limits turns(int loops) {
        int running = loops * STEPS_PER_LOOP;
        return new Turns.Limits(running, running / 4 * 3, ReaderPool.WAITING_LIMIT,
                ReaderPool.WAITING_OF_ADDRESS_LIMIT, ReaderPool.WAITING_LIMIT / 4);
    }

    /** Changes the limits, for connections that are accepted from now on. */
    public void limit(HttpLimits changed) {
        admission.limit(changed.connections(), Integer.MAX_VALUE, changed.perAddress());
        limits = changed;
        port.limit(changed);
    }

    /** Returns the current connections; connections may open and close while the caller iterates. */
    private Stream<Channel> all() {
        return List.copyOf(connections).stream();
    }

    /**
     * Ends responses that are sent in pieces, and waits up to {@link #STREAM_END_MS} for their connections to close.
     */
    private void endStreams() {
        CompletableFuture<?>[] ended = all().map(connection -> {
            CompletableFuture<Void> done = new CompletableFuture<>();
            connection.closeFuture().addListener(_ -> done.complete(null));
            connection.eventLoop().execute(() -> {
                Exchanges handler = connection.pipeline().get(Exchanges.class);
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

    /** Returns the port for HTTPS alone, {@link HttpSettings#NONE} if there is none. */
    public int tlsPort() {
        return port.tlsNumber();
    }

    /** See {@link HttpPort#reloadCertificate}. */
    boolean reloadCertificate() {
        return port.reloadCertificate();
    }

    /** Starts to accept connections. Returns the bound port. Call once. */
    public int start() {
        port.serve(this::connect);
        return port.number();
    }

    private void connect(Channel channel, ChannelHandler tls) {
        Client client = Client.of(channel, settings.proxies());
        connections.add(channel);
        Optional<ConnectionAdmission.Place> admitted = admission
                .enter(() -> channel.eventLoop().execute(() -> makeRoom(channel)));
        if (admitted.isEmpty()) {
            Refusal.prepare(channel, HttpCloseReason.TOO_MANY, endpoints);
            return;
        }
        ConnectionAdmission.Place place = admitted.get();
        channel.closeFuture().addListener(_ -> place.leave());
        if (!client.isProxy() && !admits(place, client)) {
            Refusal.prepare(channel, HttpCloseReason.TOO_MANY_OF_ADDRESS, endpoints);
        } else {
            serve(channel, tls, client, place);
        }
    }

    /** Disconnects a client that has sent no request yet, because a new connection needs its place. */
    private void makeRoom(Channel channel) {
        if (channel.isActive()) {
            HttpCloseReason.TOO_MANY.count(endpoints.meters());
        }
        channel.close();
    }

    /** @param tls null without TLS */
    private void serve(Channel channel, ChannelHandler tls, Client client, ConnectionAdmission.Place place) {
        HttpLimits its = limits;
        ChannelPipeline pipeline = channel.pipeline();
        var guard = new ConnectionGuard(its, endpoints.meters(), clock);
        pipeline.addLast(guard);
        if (client.isProxy()) {
            pipeline.addLast(new ProxyDetector(source -> {
                client.cameFrom(source);
                if (!client.isProxy() && !admits(place, client)) {
                    Refusal.replace(pipeline, HttpCloseReason.TOO_MANY_OF_ADDRESS, endpoints);
                }
            }));
        }
        if (tls != null) {
            pipeline.addLast(tls);
        }
        var http2 = new Http2Pipeline(endpoints, its, clock, guard, memory, client, () -> admitStream(client),
                place::accepted);
        var requests = new RequestGate(guard, endpoints.meters(), place::accepted);
        pipeline.addLast(new HttpVersionDetector(() -> http2.replace(pipeline)), new ReadGate(requests, memory),
                new HttpServerCodec(new HttpDecoderConfig().setMaxInitialLineLength(its.lineBytes())
                        .setMaxHeaderSize(its.headersBytes())
                        .setHeadersFactory(new HeaderCount(its.headerCount())), PIPELINE_DEPTH),
                requests);
        if (!client.isProxy()) {
            // A proxy that forwards such a request would let its client bypass the proxy's own rules.
            pipeline.addLast(new H2cUpgrade(http2));
        }
        pipeline.addLast(new EdgeHandler(endpoints, its, clock));
    }

    /** Counts a stream of HTTP/2 as if it were a connection, but never closes another connection for it. */
    private Http2Connection.Admitted admitStream(Client client) {
        Optional<ConnectionAdmission.Place> place = admission.enterIfRoom();
        if (place.isEmpty()) {
            return new Http2Connection.Admitted(null, HttpCloseReason.TOO_MANY);
        }
        if (!client.isProxy() && !admits(place.get(), client)) {
            place.get().leave();
            return new Http2Connection.Admitted(null, HttpCloseReason.TOO_MANY_OF_ADDRESS);
        }
        return new Http2Connection.Admitted(place.get(), null);
    }

    /** Returns the memory that requests hold now. */
    long requestBytes() {
        return memory.bytes();
    }

    private static boolean admits(ConnectionAdmission.Place place, Client client) {
        return client.address() == null || place.enter(client.address());
    }

    /**
     * Stops accepting connections, answers held requests with what is known, and lets responses finish. Returns without
     * waiting for them; the future completes when only responses that are sent in pieces are left, which {@link #close}
     * ends.
     */
    public CompletableFuture<Void> drain() {
        port.stopAccepting();
        return CompletableFuture.allOf(all().map(EdgeServer::drain).toArray(CompletableFuture[]::new));
    }

    private static CompletableFuture<Void> drain(Channel connection) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        connection.closeFuture().addListener(_ -> done.complete(null));
        connection.eventLoop().execute(() -> {
            ChannelHandlerContext context = connection.pipeline().context(Exchanges.class);
            if (context != null) {
                Exchanges handler = (Exchanges) context.handler();
                handler.drain(context);
                if (!handler.hasEnd()) {
                    done.complete(null);
                }
            }
        });
        return done;
    }

    /**
     * Ends responses that are sent in pieces as if their stream had ended, closes all other connections, and frees the
     * port. Blocks for at most {@link #STREAM_END_MS}, 5 s for the connections and 5 s for the event loops. A second
     * call is harmless.
     */
    @Override
    public void close() {
        port.stopAccepting();
        endStreams();
        connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        port.close();
    }
}
