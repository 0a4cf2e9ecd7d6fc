package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.flv.FlvEndpoint;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessRequest;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.Turns;
import io.millrace.testkit.Records;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.helpers.NOPLogger;

import static org.assertj.core.api.Assertions.assertThat;

/** Every output over HTTP asks the access policy before it sends anything about a stream. */
class PlayAccessTest {
    /** A request of each output. */
    enum Output {
        HLS("/live/show.m3u8"), HLS_DELAYED("/live/show.m3u8?delay=60s"), HLS_PAST(
                "/live/show.m3u8?start=-1h"), MEDIA_PLAYLIST("/live/show/@17/ts/index.m3u8"), MEDIA_PLAYLIST_DELAYED(
                        "/live/show/@17/ts/index.m3u8?delay=60s"), FLV(
                                "/live/show.flv"), FLV_PAST("/live/show.flv?start=-1h"), WEBSOCKET("/live/show.flv");

        private final String target;

        Output(String target) {
            this.target = target;
        }

        String request() {
            String upgrade = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n"
                    + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
            return "GET " + target + " HTTP/1.1\r\nhost: x\r\n" + (this == WEBSOCKET ? upgrade : "") + "\r\n";
        }
    }

    private static final StreamEntry LIVE = Records.entry("live/show", 17, StreamEntry.State.LIVE);

    private final HeldPolicy policy = new HeldPolicy();
    private final StreamDirectory directory = new StreamDirectory();
    private final MemoryLog log = new MemoryLog();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final EdgeMeters meters = new EdgeMeters(registry);
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private long nanos;
    private Endpoints endpoints;
    private EmbeddedChannel channel;

    @BeforeEach
    void connect() {
        directory.put(LIVE);
        log.segments(LIVE, 0, 9);
        log.watched.clear();
        var viewers = new Viewers(meters, InstantSource.system());
        var access = new PlayAccess(policy);
        endpoints = new Endpoints(PageEndpoint.load(),
                List.of(new HlsEndpoint(access, directory, new HlsEndpoint.Log(log, log, log, log), 1_000, viewers,
                        () -> nanos, meters),
                        new FlvEndpoint(access, directory, log, log, InstantSource.system(), viewers, meters)),
                null, FamiliarUrls.NONE, meters, new Turns(new Turns.Limits(1, 1, 1, 1, 0)),
                new PeerLog(NOPLogger.NOP_LOGGER));
        channel = open();
    }

    private EmbeddedChannel open() {
        var opened = new EmbeddedChannel();
        opened.freezeTime();
        var guard = new ConnectionGuard(HttpLimits.DEFAULT, meters, LimitClock.SYSTEM);
        var requests = new RequestGate(guard, meters, () -> {});
        opened.pipeline().addLast(guard, new ReadGate(requests, new MemoryBudget(1 << 20)), new HttpServerCodec(),
                requests, new EdgeHandler(endpoints, HttpLimits.DEFAULT, LimitClock.SYSTEM));
        opened.pipeline().fireChannelActive();
        channels.add(opened);
        return opened;
    }

    @AfterEach
    void keepsNoReferences() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertThat(log.sinks).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void refusesWithReasonOfPolicy(Output output) {
        request(output.request());
        policy.refuse("this stream is for subscribers");
        assertThat(sent()).startsWith("HTTP/1.1 403 ").contains("cache-control: no-store",
                "{\"error\":{\"code\":\"access_denied\",\"message\":\"this stream is for subscribers\"}}");
        assertThat(channel.isOpen()).isTrue();
        assertThatNothingWasRead();
    }

    /** The test thread is the event loop, which a pending decision does not block. */
    @ParameterizedTest
    @EnumSource(Output.class)
    void servesNothingBeforeDecision(Output output) {
        request(output.request());
        assertThat(policy.asked).hasSize(1);
        pass(9_000);
        assertThat(sent()).isEmpty();
        assertThatNothingWasRead();
        policy.allow();
        channel.runPendingTasks();
        assertThat(log.watched.size() + log.joined.size()).as("streams that were looked up").isEqualTo(1);
        assertThat(policy.asked).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void looksNothingUpForClientThatLeft(Output output) {
        request(output.request());
        channel.close();
        policy.allow();
        channel.runPendingTasks();
        assertThat(sent()).isEmpty();
        assertThatNothingWasRead();
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void servesNothingIfPolicyFails(Output output) {
        request(output.request());
        policy.fail();
        assertThat(sent()).startsWith("HTTP/1.1 503 ");
        assertThatNothingWasRead();
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void waitsTenSecondsForDecision(Output output) {
        request(output.request());
        pass(10_000);
        assertThat(sent()).startsWith("HTTP/1.1 503 ").contains("access_undecided", "retry-after: 2");
        policy.allow();
        assertThat(sent()).isEmpty();
        assertThatNothingWasRead();
    }

    @Test
    void doesNotWaitDuringShutdown() {
        request(Output.FLV.request());
        channel.pipeline().get(EdgeHandler.class).drain(channel.pipeline().context(EdgeHandler.class));
        assertThat(sent()).startsWith("HTTP/1.1 503 ").contains("access_undecided", "connection: close");
        policy.allow();
        assertThat(sent()).isEmpty();
        assertThatNothingWasRead();
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void passesClientToPolicy(Output output) {
        request(output.request().replace("host: x\r\n", "host: x\r\nuser-agent: player/1\r\n"));
        AccessRequest asked = policy.asked.getFirst();
        boolean hls = output.target.contains("m3u8");
        int mark = output.target.indexOf('?');
        assertThat(asked).isEqualTo(new AccessRequest(AccessRequest.Action.PLAY, new StreamName("live/show"),
                mark < 0 ? "" : output.target.substring(mark + 1), new AccessRequest.Source(
                        hls ? AccessRequest.Protocol.HLS : AccessRequest.Protocol.FLV, "", "player/1", output.target)));
        policy.refuse("no");
        sent();
    }

    @ParameterizedTest
    @EnumSource(Output.class)
    void refusalDoesNotRevealWhetherStreamExists(Output output) {
        request(output.request().replace("live/show", "live/never"));
        policy.refuse("no");
        assertThat(sent()).startsWith("HTTP/1.1 403 ");
    }

    /** The requested name may be a secret, like a stream key; the name of the stream is public. */
    @Test
    void servesStreamNamedByPolicy() {
        request("GET /live/secret.m3u8 HTTP/1.1\r\nhost: x\r\n\r\n");
        policy.allow("live/show");
        assertThat(sent()).startsWith("HTTP/1.1 200 ").contains("show/@17/ts/index.m3u8").doesNotContain("secret");
        request("GET /live/show/@17/ts/index.m3u8 HTTP/1.1\r\nhost: x\r\n\r\n");
        assertThat(sent()).as("the session continues under the public name").startsWith("HTTP/1.1 200 ");
        request("GET /live/secret.flv HTTP/1.1\r\nhost: x\r\n\r\n");
        policy.allow("live/show");
        channel.runPendingTasks();
        assertThat(log.joined).containsExactly("live/show");
    }

    @Test
    void asksOncePerHlsSession() {
        request(get("a", "/live/show.m3u8"));
        policy.allow();
        assertThat(sent()).startsWith("HTTP/1.1 200 ");
        for (int i = 0; i < 100; i++) {
            getAs("a", "/live/show/@17/ts/index.m3u8");
            nanos += TimeUnit.SECONDS.toNanos(12);
        }
        assertThat(policy.asked).as("requests of a session that continues").hasSize(1);
        request(get("b", "/live/show/@17/ts/index.m3u8"));
        assertThat(policy.asked).as("another player").hasSize(2);
        policy.allow();
        sent();
        nanos += TimeUnit.SECONDS.toNanos(16);
        request(get("a", "/live/show/@17/ts/index.m3u8"));
        assertThat(policy.asked).as("a player that returns after its session expired").hasSize(3);
        policy.allow();
        assertThat(sent()).startsWith("HTTP/1.1 200 ");
        request(get("a", "/live/show.m3u8"));
        assertThat(policy.asked).as("a new session").hasSize(4);
        policy.allow();
        sent();
    }

    @Test
    void asksOnceForConcurrentFirstRequests() {
        EmbeddedChannel first = channel;
        request(get("a", "/live/show/@17/ts/index.m3u8"));
        channel = open();
        request(get("a", "/live/show/@17/ts/index.m3u8"));
        assertThat(policy.asked).hasSize(1);
        policy.allow();
        assertThat(sent()).startsWith("HTTP/1.1 200 ");
        channel = first;
        assertThat(sent()).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void asksAgainAfterRefusal() {
        request(get("a", "/live/show/@17/ts/index.m3u8"));
        policy.refuse("not yet");
        assertThat(sent()).startsWith("HTTP/1.1 403 ");
        request(get("a", "/live/show/@17/ts/index.m3u8"));
        policy.allow();
        assertThat(sent()).startsWith("HTTP/1.1 200 ");
        assertThat(policy.asked).hasSize(2);
        request(get("a", "/live/show.m3u8?token=other"));
        policy.refuse("no");
        assertThat(sent()).startsWith("HTTP/1.1 403 ");
        getAs("a", "/live/show/@17/ts/index.m3u8");
        assertThat(policy.asked).as("the session that was allowed continues").hasSize(3);
    }

    private void assertThatNothingWasRead() {
        assertThat(log.watched).isEmpty();
        assertThat(log.readers).isEmpty();
        assertThat(log.sinks).isEmpty();
    }

    private static String get(String player, String target) {
        return "GET " + target + " HTTP/1.1\r\nhost: x\r\nuser-agent: " + player + "\r\n\r\n";
    }

    /** Requests what the session is allowed to play. */
    private void getAs(String player, String target) {
        request(get(player, target));
        assertThat(sent()).startsWith("HTTP/1.1 200 ");
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

    /** Returns all bytes that were sent since the last call. */
    private String sent() {
        channel.runPendingTasks();
        var text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(StandardCharsets.UTF_8));
            bytes.release();
        }
        return text.toString();
    }
}
