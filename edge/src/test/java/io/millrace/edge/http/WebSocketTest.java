package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.fanout.Framing;
import io.millrace.edge.flv.FlvEndpoint;
import io.millrace.edge.flv.WebSocketFraming;
import io.millrace.edge.flv.WebSocketGate;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.Selection;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kick.KickOrder;
import io.millrace.platform.log.Kick;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.Turns;
import io.millrace.testkit.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/** A WebSocket viewer, byte by byte; the test advances the clock. */
class WebSocketTest {
    private static final String KEY = "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private static final String UPGRADE = "connection: keep-alive, Upgrade\r\nupgrade: WebSocket\r\n";
    /** All zeros, so that masking changes nothing. */
    private static final String MASK = "00000000";

    private final StreamDirectory directory = new StreamDirectory();
    private final MemoryLog log = new MemoryLog();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Viewers viewers;
    private EmbeddedChannel channel;

    private final MemoryBudget memory = new MemoryBudget(1 << 20);

    @BeforeEach
    void connect() {
        directory.put(Records.entry("live/show", 17, StreamEntry.State.LIVE));
        directory.put(Records.entry("live/over", 18, StreamEntry.State.ENDED));
        var meters = new EdgeMeters(registry);
        viewers = new Viewers(meters, InstantSource.system());
        var flv = new FlvEndpoint(new PlayAccess(AccessPolicy.ALLOW_ALL), directory, log, log,
                InstantSource.system(), viewers, meters);
        var endpoints = new Endpoints(null, List.of(flv), null, CorsOrigins.ANY, FamiliarUrls.NONE, meters,
                new Turns(new Turns.Limits(1, 1, 1, 1, 0)),
                new PeerLog(LoggerFactory.getLogger(WebSocketTest.class)));
        channel = new EmbeddedChannel();
        channel.freezeTime();
        HttpLimits limits = HttpLimits.DEFAULT;
        var guard = new ConnectionGuard(limits, meters, LimitClock.SYSTEM);
        var requests = new RequestGate(guard, meters, () -> {});
        channel.pipeline().addLast(guard, new ReadGate(requests, memory), new HttpServerCodec(), requests,
                new EdgeHandler(endpoints, limits, LimitClock.SYSTEM));
        channel.pipeline().fireChannelActive();
    }

    @AfterEach
    void keepsNoReferences() {
        channel.finishAndReleaseAll();
        assertThat(log.sinks).isEmpty();
        assertThat(viewers.list(_ -> true, null, 10)).isEmpty();
    }

    @Test
    void answersHandshakeWhenMediaExists() {
        get("/live/show.flv", UPGRADE + KEY);
        pass(9_000);
        assertThat(sent()).isEmpty();
        FlvSink sink = log.sinks.getFirst();
        assertThat(sink.framing()).isEqualTo(WebSocketFraming.INSTANCE);
        sink.start(() -> {});
        assertThat(text()).startsWith("HTTP/1.1 101 ").contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
                .doesNotContain("extensions", "protocol");
        sink.send("abc".getBytes(StandardCharsets.US_ASCII));
        assertThat(sent()).isEqualTo("8203" + "616263");
        assertThat(viewers.count("live/show", Protocol.WS)).isEqualTo(1);
        assertThat(gauge()).isEqualTo(1);
        channel.close();
        assertThat(viewers.count("live/show", Protocol.WS)).isZero();
        assertThat(gauge()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"/live/over.flv, 404", "/live/show.flv?audio=0&video=0, 400",
        "/live/show.flv?audio=no, 400", "/live/show.flv?start=x, 400"})
    void refusesInHttp(String target, int status) {
        get(target, UPGRADE + KEY);
        assertThat(text()).startsWith("HTTP/1.1 " + status + " ").contains("{\"error\":");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void holdsHandshakeForUnknownStream() {
        get("/live/late.flv", UPGRADE + KEY);
        pass(4_999);
        assertThat(sent()).isEmpty();
        directory.put(Records.entry("live/late", 19, StreamEntry.State.LIVE));
        channel.runPendingTasks();
        log.sinks.getFirst().start(() -> {});
        assertThat(text()).startsWith("HTTP/1.1 101 ");
        channel.close();
    }

    @Test
    void refusesHandshakeIfStreamStaysUnknown() {
        get("/live/never.flv", UPGRADE + KEY);
        pass(4_999);
        assertThat(sent()).isEmpty();
        pass(1);
        assertThat(text()).startsWith("HTTP/1.1 404 ").contains("stream_not_found");
        assertThat(channel.isOpen()).isTrue();
        assertThat(directory.awaited()).isZero();
    }

    @Test
    void refusesInvalidHandshake() {
        get("/live/show.flv", UPGRADE + KEY.replace("13", "8"));
        assertThat(text()).startsWith("HTTP/1.1 426 ").contains("sec-websocket-version: 13");
        get("/live/show.flv", UPGRADE + KEY.replace("==", ""));
        assertThat(text()).startsWith("HTTP/1.1 400 ");
        get("/live/show.flv", UPGRADE + KEY);
        pass(10_000);
        assertThat(text()).startsWith("HTTP/1.1 404 ").contains("nothing_to_show_yet");
    }

    @Test
    void servesHttpWithoutUpgrade() {
        get("/live/show.flv?video=0", "upgrade: websocket\r\n" + KEY);
        FlvSink sink = log.sinks.getFirst();
        assertThat(sink.framing()).isEqualTo(Framing.CHUNKED);
        assertThat(sink.selection()).isEqualTo(Selection.AUDIO);
    }

    @Test
    void sendsCloseCodeAndWaitsForPeer() {
        FlvSink sink = watch();
        sink.end();
        assertThat(sent()).startsWith("88").contains("03e8");
        assertThat(viewers.count("live/show", Protocol.WS)).isZero();
        pass(1_999);
        assertThat(channel.isOpen()).isTrue();
        receive("8882" + MASK + "03e8");
        assertThat(channel.isOpen()).isFalse();
        assertThat(sent()).isEmpty();
    }

    @Test
    void limitsWaitForPeersClose() {
        watch().tooSlow();
        assertThat(sent()).contains("03f5");
        assertThat(closed("slow")).isEqualTo(1);
        pass(2_000);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void operatorDisconnectsViewer() {
        watch();
        Kick kick = new KickOrder(null, "").viewer("live/show",
                viewers.list(_ -> true, null, 10).getFirst().session(), 0);
        viewers.apply(kick);
        channel.runPendingTasks();
        assertThat(sent()).contains("03f0");
        assertThat(closed("kicked")).isEqualTo(1);
        viewers.apply(kick);
        channel.runPendingTasks();
        assertThat(closed("kicked")).as("the viewer has left").isEqualTo(1);
    }

    @Test
    void reportsShutdown() {
        watch();
        channel.pipeline().get(EdgeHandler.class).shutDown();
        assertThat(sent()).contains("03e9");
    }

    @Test
    void answersPingsAndClose() {
        watch();
        receive("8982" + MASK + "beef");
        assertThat(sent()).isEqualTo("8a02beef");
        receive("8882" + MASK + "03e9");
        assertThat(sent()).isEqualTo("880203e9");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void detectsVanishedPeer() {
        watch();
        pass(15_000);
        assertThat(sent()).isEqualTo("8900");
        receive("8a80" + MASK);
        for (int ping = 0; ping < WebSocketGate.UNANSWERED_PINGS; ping++) {
            pass(15_000);
            assertThat(sent()).isEqualTo("8900");
        }
        pass(14_999);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
        assertThat(closed("idle")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"8181000000006b, 03eb", "8281000000006b, 03eb", "81fe100000000000, 03f1", "8101, 03ea", "b180, 03ea",
        "8080000000, 03ea"})
    void closesOnUnexpectedFrames(String frame, String code) {
        FlvSink sink = watch();
        receive(frame + (frame.length() < 14 ? MASK : ""));
        assertThat(sent()).startsWith("88").contains(code);
        assertThat(closed("abuse")).isEqualTo(1);
        sink.send("late".getBytes(StandardCharsets.US_ASCII));
        assertThat(sent()).as("nothing follows a close frame").isEmpty();
        assertThat(log.sinks).isEmpty();
        pass(2_000);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesOnTooManyFrames() {
        watch();
        for (int i = 0; i < WebSocketGate.FRAMES_LIMIT; i++) {
            receive("8980" + MASK);
        }
        assertThat(closed("abuse")).isZero();
        receive("8980" + MASK);
        assertThat(closed("abuse")).isEqualTo(1);
        assertThat(sent()).contains("03f0");
    }

    @Test
    void queuesNoPongsForPeerThatDoesNotRead() {
        watch();
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        receive("8980" + MASK);
        pass(15_000);
        assertThat(sent()).isEmpty();
    }

    private FlvSink watch() {
        get("/live/show.flv", UPGRADE + KEY);
        FlvSink sink = log.sinks.getFirst();
        sink.start(() -> {});
        assertThat(text()).startsWith("HTTP/1.1 101 ");
        return sink;
    }

    private void get(String target, String headers) {
        channel.writeInbound(Unpooled.copiedBuffer("GET " + target + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n",
                StandardCharsets.US_ASCII));
        channel.runPendingTasks();
    }

    private void receive(String hex) {
        channel.writeInbound(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));
        channel.runPendingTasks();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private double gauge() {
        return registry.get("millrace.edge.viewers").tag("protocol", "ws").gauge().value();
    }

    private double closed(String reason) {
        return registry.get("millrace.connections.closed").tag("protocol", "ws").tag("reason", reason).counter()
                .count();
    }

    private String text() {
        return new String(HexFormat.of().parseHex(sent()), StandardCharsets.UTF_8);
    }

    /** Returns all bytes sent since the last call. */
    private String sent() {
        var hex = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            hex.append(ByteBufUtil.hexDump(bytes));
            bytes.release();
        }
        return hex.toString();
    }
}
