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
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.ServerSockets;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** The HTTP listener of an edge. Thread-safe. */
public final class EdgeServer implements AutoCloseable {
    /** More than {@link ReadGate} lets through, so that it bounds a pipeline: by waiting, not by closing. */
    private static final int PIPELINE_DEPTH = 8;
    /** This part of the heap may be held by requests. */
    private static final int MEMORY_SHARE = 8;
    /** How long a viewer may take to read the end of its stream when the edge ends. */
    private static final long STREAM_END_MS = 1_000;

    private final HttpPort port;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final Admission admission;
    private final MemoryBudget memory = new MemoryBudget(Runtime.getRuntime().maxMemory() / MEMORY_SHARE);
    private final Endpoints endpoints;
    private final EdgeSettings settings;
    private final LimitClock clock;

    /** With a port of its own. */
    public EdgeServer(EdgeSettings settings, long retentionMs, Directory directory, EpochSource epochs,
            PartSource parts, PastSource past, PartSource pastParts, FlvSource flv, FlvPast flvPast, Viewers viewers,
            EdgeMeters meters, LimitClock clock) {
        this(HttpPort.bind(settings, ServerSockets.NONE_NAMED), settings, retentionMs, directory, epochs, parts, past,
                pastParts, flv, flvPast, viewers, meters, clock);
    }

    /** @param port is closed with the server */
    public EdgeServer(HttpPort port, EdgeSettings settings, long retentionMs, Directory directory, EpochSource epochs,
            PartSource parts, PastSource past, PartSource pastParts, FlvSource flv, FlvPast flvPast, Viewers viewers,
            EdgeMeters meters, LimitClock clock) {
        this.port = port;
        this.settings = settings;
        this.clock = clock;
        admission = new Admission(settings.limits());
        var audience = new HlsAudience(viewers, meters, clock::nanoTime);
        var flvEndpoint = new FlvEndpoint(directory, flv, flvPast, InstantSource.system(), viewers, meters);
        var answers = new HlsAnswers(directory, past, meters);
        endpoints = new Endpoints(PageEndpoint.load(),
                new HlsEndpoint(directory, epochs, parts, past, pastParts, audience, answers, retentionMs, meters),
                new PastEndpoint(directory, epochs, past, audience, answers, InstantSource.system()), flvEndpoint,
                new ApiEndpoint(directory, past, viewers), settings.familiarUrls(), meters,
                new PeerLog(LoggerFactory.getLogger(EdgeServer.class)));
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

    /** Accepts. Gives the port. */
    public int start() {
        port.serve(this::connect);
        return port.number();
    }

    private void connect(Channel channel) {
        Client client = Client.of(channel, settings.proxies());
        connections.add(channel);
        Admission.Place place = admission.enter(channel, () -> channel.eventLoop().execute(() -> makeRoom(channel)));
        if (place == null) {
            Refusal.prepare(channel, CloseReason.TOO_MANY, endpoints.meters());
        } else if (!client.isProxy() && !admits(channel, client)) {
            Refusal.prepare(channel, CloseReason.TOO_MANY_OF_ADDRESS, endpoints.meters());
        } else {
            serve(channel, client, () -> admission.asked(place));
        }
    }

    private void makeRoom(Channel channel) {
        if (channel.isActive()) {
            CloseReason.TOO_MANY.count(endpoints.meters());
        }
        channel.close();
    }

    private void serve(Channel channel, Client client, Runnable asked) {
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
        var requests = new RequestGate(guard, endpoints.meters(), asked);
        channel.pipeline().addLast(new ReadGate(requests, memory),
                new HttpServerCodec(new HttpDecoderConfig().setMaxInitialLineLength(limits.lineBytes())
                        .setMaxHeaderSize(limits.headersBytes())
                        .setHeadersFactory(new HeaderCount(limits.headerCount())), PIPELINE_DEPTH),
                requests, new EdgeHandler(endpoints, limits, clock));
    }

    /** The memory that requests hold now. */
    long requestBytes() {
        return memory.bytes();
    }

    private boolean admits(Channel channel, Client client) {
        return client.address() == null || admission.admits(channel, client.address());
    }

    /**
     * Accepts nobody, answers what is held with what is known, and lets responses finish. Returns soon; completed when
     * none is left but those without an end, which {@link #close} ends.
     */
    public CompletableFuture<Void> drain() {
        port.stopAccepting();
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
        port.stopAccepting();
        endStreams();
        connections.close().awaitUninterruptibly(5, TimeUnit.SECONDS);
        port.close();
    }
}
