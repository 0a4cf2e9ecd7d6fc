package io.millrace.edge.http;

import io.millrace.edge.exchange.Client;
import io.millrace.platform.net.MemoryBudget;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import java.util.function.Supplier;

/**
 * Sets up a connection for HTTP/2: {@link FrameGate}, Netty's codec and its multiplexer, which makes each stream a
 * channel of its own, and {@link Http2Connection}. A stream has Netty's codec of HTTP objects, {@link Http2Stream} and
 * {@link EdgeHandler}. Created for each connection; confined to its event loop.
 *
 * @param client the client of the connection; its address must be known when a stream opens
 * @param admission see {@link Http2Connection}
 * @param onFirstRequest runs when the first request arrives
 */
record Http2Pipeline(Endpoints endpoints, HttpLimits limits, LimitClock clock, ConnectionGuard guard,
        MemoryBudget memory, Client client, Supplier<Http2Connection.Admitted> admission, Runnable onFirstRequest) {
    /** Frames other than requests in ten seconds; see {@link FrameQuota}. */
    static final int CONTROL_FRAMES = 1_000;
    /** Requests that a client may cancel, and that the server may reset, per {@link #RESETS_SECONDS}. */
    static final int RESETS = 200;
    static final int RESETS_SECONDS = 30;
    /** A trusted proxy sends the requests of many clients on one connection. */
    private static final int PROXY_FACTOR = 50;
    /** Acknowledgements that may wait for a client that does not read. */
    private static final int WAITING_ACKNOWLEDGEMENTS = 1_000;
    /** How long a closing connection waits for its streams. */
    private static final long CLOSE_MS = 1_000;
    /** RFC 9113, 6.5.2: what SETTINGS_MAX_HEADER_LIST_SIZE adds to each header. */
    private static final int HEADER_OVERHEAD = 32;
    private static final int PSEUDO_HEADERS = 4;

    /** The handlers of one connection, in their order. */
    record Handlers(FrameGate gate, Http2FrameCodec codec, Http2MultiplexHandler streams,
            Http2Connection connection) {}

    /** Replaces the handlers of HTTP/1.1, which have not received a byte. */
    void replace(ChannelPipeline pipeline) {
        pipeline.remove(ReadGate.class);
        pipeline.remove(HttpServerCodec.class);
        pipeline.remove(RequestGate.class);
        if (pipeline.get(H2cUpgrade.class) != null) {
            pipeline.remove(H2cUpgrade.class);
        }
        pipeline.remove(EdgeHandler.class);
        Handlers handlers = handlers();
        pipeline.addLast(handlers.gate(), handlers.codec(), handlers.streams(), handlers.connection());
    }

    Handlers handlers() {
        int factor = client.isProxy() ? PROXY_FACTOR : 1;
        var connection = new Http2Connection(guard, endpoints.meters(), endpoints.faults(), admission, memory,
                onFirstRequest);
        return new Handlers(new FrameGate(connection, guard, clock, CONTROL_FRAMES * factor), codec(RESETS * factor),
                new Http2MultiplexHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel stream) {
                        open(stream, connection);
                    }
                }), connection);
    }

    private Http2FrameCodec codec(int resets) {
        // The window of streams is 0, and Http2Stream opens it where a request body is read.
        Http2Settings settings = new Http2Settings().maxConcurrentStreams(Http2Connection.STREAMS_LIMIT)
                .initialWindowSize(0).maxHeaderListSize(limits.lineBytes() + limits.headersBytes()
                        + (long) HEADER_OVERHEAD * (limits.headerCount() + PSEUDO_HEADERS));
        return Http2FrameCodecBuilder.forServer().initialSettings(settings).gracefulShutdownTimeoutMillis(CLOSE_MS)
                .decoderEnforceMaxRstFramesPerWindow(resets, RESETS_SECONDS)
                .encoderEnforceMaxRstFramesPerWindow(resets, RESETS_SECONDS)
                .encoderEnforceMaxQueuedControlFrames(WAITING_ACKNOWLEDGEMENTS).build();
    }

    private void open(Channel stream, Http2Connection connection) {
        Client.share(stream.parent(), stream);
        stream.config().setWriteBufferWaterMark(HttpPort.WATER_MARK);
        stream.pipeline().addLast(new Http2RequestCheck(endpoints.meters()),
                new Http2StreamFrameToHttpObjectCodec(true),
                new Http2Stream(connection, limits, endpoints.origins(), clock),
                new EdgeHandler(endpoints, limits, clock));
    }
}
