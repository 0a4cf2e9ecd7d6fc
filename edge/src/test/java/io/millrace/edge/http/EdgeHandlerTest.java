package io.millrace.edge.http;

import ch.qos.logback.classic.Level;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.fanout.Framing;
import io.millrace.edge.flv.FlvEndpoint;
import io.millrace.edge.hls.HlsAudience;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kick.KickOrder;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.Turns;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** The HTTP handlers of one connection, in an embedded channel; the test advances the clock. */
class EdgeHandlerTest {
    private static final StreamEntry LIVE = Records.entry("live/show", 17, StreamEntry.State.LIVE);

    private final StreamDirectory directory = new StreamDirectory();
    private final MemoryLog log = new MemoryLog();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<ByteBuf> made = new ArrayList<>();
    private Viewers viewers;
    private long audienceNanos;
    private EmbeddedChannel channel;

    private final MemoryBudget memory = new MemoryBudget(1 << 20);

    private final ResponseMemory answerMemory = new ResponseMemory(1 << 20);

    @BeforeEach
    void connect() {
        directory.put(LIVE);
        var meters = new EdgeMeters(registry);
        viewers = new Viewers(meters, InstantSource.system());
        var access = new PlayAccess(AccessPolicy.ALLOW_ALL);
        var flv = new FlvEndpoint(access, directory, log, log, InstantSource.system(), viewers, meters);
        var endpoints = new Endpoints(PageEndpoint.load(),
                List.of(new HlsEndpoint(access, directory, new HlsEndpoint.Log(log, log, log, log), 1_000,
                        viewers, () -> audienceNanos, meters), flv),
                new Endpoints.Api(
                        new ApiEndpoint(new PlayAccess(AccessPolicy.ALLOW_ALL), directory, log, viewers, answerMemory),
                        null,
                        null),
                CorsOrigins.ANY, FamiliarUrls.NONE, meters,
                new Turns(new Turns.Limits(1, 1, 1, 1, 0)),
                new PeerLog(LoggerFactory.getLogger(EdgeHandlerTest.class)));
        channel = new EmbeddedChannel();
        channel.freezeTime();
        HttpLimits limits = HttpLimits.DEFAULT;
        var guard = new ConnectionGuard(limits, meters, LimitClock.SYSTEM);
        var requests = new RequestGate(guard, meters, () -> {});
        channel.pipeline().addLast(guard, new ReadGate(requests, memory), new HttpServerCodec(
                new HttpDecoderConfig().setHeadersFactory(new HeaderCount(limits.headerCount()))), requests,
                new EdgeHandler(endpoints, limits, LimitClock.SYSTEM));
        channel.pipeline().fireChannelActive();
    }

    @AfterEach
    void keepsNoReferences() {
        channel.finishAndReleaseAll();
        assertThat(made).allMatch(bytes -> bytes.refCnt() == 0);
    }

    /** As HTTP/2 passes its requests on, and an upgrade that does not take place. */
    @Test
    void releasesRequestWithBuffer() {
        ByteBuf body = Unpooled.buffer();
        channel.pipeline().context(RequestGate.class)
                .fireChannelRead(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/", body));
        assertThat(body.refCnt()).isZero();
    }

    @Test
    void holdsPlaylistRequestForTenSeconds() {
        get("/live/show.m3u8");
        pass(9_999);
        assertThat(channel.<Object>readOutbound()).isNull();
        pass(1);
        assertThat(status()).isEqualTo(404);
    }

    /** Other tasks of the event loop, such as writes to live viewers, run between the requests of a pipeline. */
    @Test
    void pipelineYieldsToOtherTasks() {
        List<Integer> answered = new ArrayList<>();
        channel.eventLoop().execute(() -> answered.add(sent().split("HTTP/1.1 200", -1).length - 1));
        request("GET /api/v1/streams HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3 * ReadGate.TURN + 1));
        assertThat(answered).containsExactly(ReadGate.TURN);
        assertThat(sent().split("HTTP/1.1 200", -1)).as("the remaining requests").hasSize(2 * ReadGate.TURN + 2);
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void answersHeldRequestWhenPlaylistExists() {
        get("/live/show.m3u8");
        pass(5_000);
        log.segments(LIVE, 0, 0);
        channel.runPendingTasks();
        assertThat(status()).isEqualTo(200);
        pass(20_000);
        assertThat(channel.<Object>readOutbound()).as("one request, one response").isNull();
    }

    @Test
    void countsHlsPlayerAndRefusesDisconnectedOne() {
        log.segments(LIVE, 0, 0);
        get("/live/show/@17/ts/index.m3u8");
        get("/live/show/@17/ts/index.m3u8");
        assertThat(sent()).contains("#EXTM3U");
        assertThat(viewers.count("live/show", Protocol.HLS)).isEqualTo(1);
        viewers.apply(new KickOrder(null, "").viewers("live/show", "hls", 0));
        assertThat(viewers.count("live/show", Protocol.HLS)).isZero();
        get("/live/show/@17/ts/index.m3u8");
        assertThat(status()).isEqualTo(403);
        assertThat(viewers.count("live/show", Protocol.HLS)).isZero();
        request("GET /live/show/@17/ts/index.m3u8 HTTP/1.1\r\nHost: x\r\nuser-agent: another\r\n\r\n");
        assertThat(status()).isEqualTo(200);
        audienceNanos += TimeUnit.SECONDS.toNanos(61);
        get("/live/show/@17/ts/index.m3u8");
        assertThat(status()).as("disconnected for a minute, not banned").isEqualTo(200);
        assertThat(viewers.count("live/show", Protocol.HLS)).as("the other player has stopped").isEqualTo(1);
    }

    @Test
    void limitsCountedPlayersPerAddress() {
        log.segments(LIVE, 0, 0);
        for (int player = 0; player < HlsAudience.NETWORK_LIMIT; player++) {
            getAs("player " + player);
        }
        assertThat(viewers.count("live/show", Protocol.HLS)).isEqualTo(HlsAudience.NETWORK_LIMIT);
        getAs("one more");
        assertThat(viewers.count("live/show", Protocol.HLS)).as("served but not counted")
                .isEqualTo(HlsAudience.NETWORK_LIMIT);
        audienceNanos += TimeUnit.SECONDS.toNanos(16);
        getAs("one more");
        getAs("one more");
        assertThat(viewers.count("live/show", Protocol.HLS)).as("the places of players that stopped are free")
                .isEqualTo(1);
    }

    private void getAs(String player) {
        request("GET /live/show/@17/ts/index.m3u8 HTTP/1.1\r\nHost: x\r\nuser-agent: " + player + "\r\n\r\n");
        assertThat(status()).isEqualTo(200);
    }

    @Test
    void dropsHeldRequestOfClosedConnection() {
        get("/live/show.m3u8");
        channel.close();
        log.segments(LIVE, 0, 0);
        channel.runPendingTasks();
        assertThat(channel.<Object>readOutbound()).isNull();
    }

    @Test
    void refusesListIfUnreadResponsesUseMemory() {
        assertThat(answerMemory.take((1 << 20) - 1_000)).isTrue();
        for (int i = 0; i < 10; i++) {
            get("/api/v1/streams?state=ended");
            assertThat(status()).as("a response that was read does not count").isEqualTo(200);
        }
        assertThat(answerMemory.take(1_000)).isTrue();
        get("/api/v1/streams?state=ended");
        assertThat(status()).isEqualTo(503);
        answerMemory.giveBack(1 << 20);
        get("/api/v1/streams?state=ended");
        assertThat(status()).isEqualTo(200);
    }

    @Test
    void readThatTimesOutIsUnavailable() {
        StreamEntry silent = Records.entry(MemoryLog.SILENT, 17, StreamEntry.State.LIVE);
        directory.put(silent);
        log.segments(silent, 0, 0);
        try (LogCapture said = new LogCapture(EdgeHandlerTest.class)) {
            get("/live/silent/@17/ts/0.ts?token=planted-secret");
            assertThat(sent()).startsWith("HTTP/1.1 503 ").contains("\r\nretry-after: 2\r\n",
                    "\"code\":\"log_unavailable\"");
            assertThat(said.texts(Level.WARN)).singleElement().asString()
                    .endsWith("request for /live/silent/@17/ts/0.ts failed: java.util.concurrent.TimeoutException");
            assertThat(said.texts(Level.ERROR)).isEmpty();
            assertThat(said.traced()).isEmpty();
        }
    }

    @Test
    void logsBugWithStackTrace() {
        StreamEntry broken = Records.entry(MemoryLog.BROKEN, 17, StreamEntry.State.LIVE);
        directory.put(broken);
        log.segments(broken, 0, 0);
        try (LogCapture said = new LogCapture(EdgeHandlerTest.class)) {
            get("/live/broken/@17/ts/0.ts?token=planted-secret");
            assertThat(sent()).startsWith("HTTP/1.1 503 ");
            channel.pipeline().fireExceptionCaught(new IllegalStateException("a bug"));
            assertThat(said.texts(Level.ERROR)).hasSize(2).isEqualTo(said.traced());
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource
    void doesNotLogFaultOfPeerAsBug(Throwable fault) {
        try (LogCapture said = new LogCapture(EdgeHandlerTest.class)) {
            channel.pipeline().fireExceptionCaught(fault);
            assertThat(said.texts(Level.WARN)).isEmpty();
            assertThat(said.traced()).isEmpty();
            assertThat(channel.isOpen()).isFalse();
        }
    }

    static List<Throwable> doesNotLogFaultOfPeerAsBug() {
        return List.of(new IOException("connection reset"), new DecoderException("malformed"),
                new HAProxyProtocolException("malformed"));
    }

    @Test
    void closesConnectionWithoutRequest() {
        pass(9_999);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void incompleteRequestThatTimesOutHasOneReason() {
        request("GET / HTTP/1.1\r\nHost: x\r\n");
        pass(HttpLimits.DEFAULT.headers().toMillis());
        assertThat(channel.isActive()).isFalse();
        assertThat(closed(HttpCloseReason.HEADER_TIMEOUT)).isEqualTo(1);
        assertThat(closed(HttpCloseReason.MALFORMED)).isZero();
    }

    @Test
    void incompleteRequestOfClosedConnectionIsNotMalformed() {
        request("GET / HTTP/1.1\r\nHost: x\r\n");
        channel.close();
        assertThat(closed(HttpCloseReason.MALFORMED)).isZero();
        pass(HttpLimits.DEFAULT.headers().toMillis());
        assertThat(closed(HttpCloseReason.HEADER_TIMEOUT)).isZero();
    }

    @Test
    void closesIdleConnection() {
        get("/api/v1/streams");
        channel.runPendingTasks();
        pass(59_999);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void pausesReadingWhileLongPipelineWaits() {
        String request = "GET /live/never/@1/ts/0.ts HTTP/1.1\r\nHost: x\r\n\r\n";
        get("/live/show.m3u8");
        request(request.repeat(RequestGate.WAITING_LIMIT - 1));
        assertThat(channel.config().isAutoRead()).isTrue();
        request(request);
        assertThat(channel.config().isAutoRead()).isFalse();
        log.segments(LIVE, 0, 0);
        channel.runPendingTasks();
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(sent().split("HTTP/1.1 404 ", -1)).hasSize(1 + RequestGate.WAITING_LIMIT);
    }

    /** A parsed request can take 150 KB, so only the next one is parsed. */
    @Test
    void keepsWaitingPipelineAsBytes() {
        get("/live/show.m3u8");
        request("GET /live/never/@1/ts/0.ts HTTP/1.1\r\nHost: x\r\n\r\n".repeat(180));
        assertThat(memory.bytes()).as("8 KiB, and the headers of two requests").isLessThan(10_000);
        log.segments(LIVE, 0, 0);
        channel.runPendingTasks();
        assertThat(sent().split("HTTP/1.1 404 ", -1)).hasSize(1 + 180);
        assertThat(memory.bytes()).isZero();
        assertThat(channel.config().isAutoRead()).isTrue();
    }

    @Test
    void countsMemoryOfRequestUntilItIsAnswered() {
        for (String piece : "GET /live/never/@1/ts/0.ts HTTP/1.1\r\nHost: x\r\n\r".split("(?<=\\G.{7})", -1)) {
            request(piece);
        }
        assertThat(memory.bytes()).isPositive();
        request("\n");
        assertThat(sent()).startsWith("HTTP/1.1 404 ");
        assertThat(memory.bytes()).isZero();
    }

    @Test
    void limitsHeadersToHundred() {
        request("GET / HTTP/1.1\r\nHost: x\r\n" + "a:\r\n".repeat(99) + "\r\n");
        assertThat(sent()).startsWith("HTTP/1.1 200 ");
        request("GET / HTTP/1.1\r\nHost: x\r\n" + "a:\r\n".repeat(100) + "\r\n");
        assertThat(sent()).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void disconnectsClientIfMemoryIsExhausted() {
        MemoryBudget.Share viewers = memory.open(() -> {});
        viewers.admit(true);
        viewers.take((1 << 20) - 1_000);
        request("GET /live/never/@1/ts/0.ts HTTP/1.1\r\nHost: x\r\n" + "a: b\r\n".repeat(50));
        assertThat(channel.isOpen()).isFalse();
        assertThat(registry.get("millrace.connections.closed").tag("protocol", "http").tag("reason", "memory").counter()
                .count()).isOne();
        assertThat(memory.bytes()).isEqualTo((1 << 20) - 1_000);
    }

    @Test
    void answersNextRequestOnceClientReads() {
        String request = "GET /live/never/@1/ts/0.ts HTTP/1.1\r\nHost: x\r\n\r\n";
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        request(request.repeat(3));
        assertThat(sent().split("HTTP/1.1 404 ", -1)).hasSize(2);
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        assertThat(sent().split("HTTP/1.1 404 ", -1)).hasSize(3);
    }

    @Test
    void holdsFlvViewerForTenSeconds() {
        get("/live/show.flv");
        assertThat(log.sinks).hasSize(1);
        pass(10_000);
        assertThat(status()).isEqualTo(404);
        assertThat(log.sinks).isEmpty();
    }

    @Test
    void writesFramedTagsUnchangedAndEndsCleanly() {
        get("/live/show.flv");
        pass(9_000);
        FlvSink sink = log.sinks.getFirst();
        assertThat(sink.framing()).isEqualTo(Framing.CHUNKED);
        sink.start(() -> {});
        assertThat(viewers()).isEqualTo(1);
        send(sink, "3\r\nabc\r\n");
        pass(60_000);
        sink.end();
        String response = sent();
        assertThat(response).contains("transfer-encoding: chunked", "X-Accel-Buffering: no", "cache-control: no-store")
                .endsWith("\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
        assertThat(channel.isOpen()).as("the connection stays open").isTrue();
        assertThat(viewers()).isZero();
        assertThat(sink.isReady()).isFalse();
        send(sink, "late");
        assertThat(sent()).as("after the end").isEmpty();
    }

    @Test
    void writesToHttp10WithoutChunksAndCloses() {
        request("GET /live/show.flv HTTP/1.0\r\n\r\n");
        FlvSink sink = log.sinks.getFirst();
        assertThat(sink.framing()).isEqualTo(Framing.PLAIN);
        sink.start(() -> {});
        send(sink, "abc");
        sink.end();
        assertThat(sent()).contains("connection: close").doesNotContain("chunked").endsWith("\r\n\r\nabc");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void notifiesViewerWhenSocketIsWritable() {
        get("/live/show.flv");
        FlvSink sink = log.sinks.getFirst();
        var calls = new AtomicInteger();
        sink.start(calls::incrementAndGet);
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        channel.runPendingTasks();
        assertThat(sink.isReady()).isFalse();
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        assertThat(sink.isReady()).isTrue();
        assertThat(calls).hasValue(1);
    }

    @Test
    void disconnectsViewerThatIsTooSlow() {
        get("/live/show.flv");
        FlvSink sink = log.sinks.getFirst();
        sink.start(() -> {});
        sink.skipped(7);
        sink.tooSlow();
        assertThat(channel.isOpen()).isFalse();
        assertThat(registry.get("millrace.connections.closed").tag("protocol", "flv").tag("reason", "slow").counter()
                .count()).isEqualTo(1);
        assertThat(registry.get("millrace.dropped").tag("reason", "slow_viewer").counter().count()).isEqualTo(7);
        assertThat(viewers()).isZero();
        assertThat(log.sinks).isEmpty();
    }

    private void send(FlvSink sink, String framed) {
        ByteBuf bytes = Unpooled.copiedBuffer(framed, StandardCharsets.US_ASCII);
        sink.send(List.of(bytes));
        bytes.release();
        made.add(bytes);
    }

    private double closed(HttpCloseReason reason) {
        return registry.get("millrace.connections.closed").tag("protocol", "http").tag("reason", reason.label())
                .counter().count();
    }

    private void get(String target) {
        request("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    }

    private void request(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
        channel.runPendingTasks();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private int status() {
        return Integer.parseInt(sent().split(" ", 3)[1]);
    }

    /** Returns all bytes sent since the last call. */
    private String sent() {
        var text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
        }
        return text.toString();
    }

    private double viewers() {
        return registry.get("millrace.edge.viewers").tag("protocol", "flv").gauge().value();
    }
}
