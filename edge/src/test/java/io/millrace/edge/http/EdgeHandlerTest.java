package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.EdgeMeters;
import io.millrace.edge.Fixtures;
import io.millrace.edge.feed.FlvSink;
import io.millrace.edge.feed.SharedTag;
import io.millrace.edge.live.Directory;
import io.millrace.platform.log.StreamEntry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Time passes here when the test says so. */
class EdgeHandlerTest {
    private static final StreamEntry LIVE = Fixtures.entry("live/show", 17, StreamEntry.State.LIVE);

    private final Directory directory = new Directory();
    private final MemoryLog log = new MemoryLog();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<ByteBuf> made = new ArrayList<>();
    private EmbeddedChannel channel;

    @BeforeEach
    void connect() {
        directory.put(LIVE);
        var meters = new EdgeMeters(registry);
        var audience = new HlsAudience();
        var flv = new FlvEndpoint(directory, log, meters);
        var answers = new HlsAnswers(log, meters);
        var endpoints = new Endpoints(PageEndpoint.load(),
                new HlsEndpoint(directory, log, log, log, log, audience, answers, 1_000, meters),
                new PastEndpoint(directory, log, log, audience, answers, InstantSource.system()), flv,
                new ApiEndpoint(directory, log, audience, flv), meters);
        channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.pipeline().addLast(new RequestGate(meters), new EdgeHandler(endpoints, false));
        channel.pipeline().fireChannelActive();
    }

    @AfterEach
    void keepsNoReferences() {
        channel.finishAndReleaseAll();
        assertThat(made).allMatch(bytes -> bytes.refCnt() == 1);
    }

    @Test
    void holdsAPlaylistForTenSeconds() {
        get("/live/show.m3u8");
        pass(9_999);
        assertThat(channel.<Object>readOutbound()).isNull();
        pass(1);
        assertThat(status()).isEqualTo(404);
    }

    @Test
    void answersAHeldPlaylistAsSoonAsThereIsOne() {
        get("/live/show.m3u8");
        pass(5_000);
        log.segments(LIVE, 0, 0);
        channel.runPendingTasks();
        assertThat(status()).isEqualTo(200);
        pass(20_000);
        assertThat(channel.<Object>readOutbound()).as("one request, one response").isNull();
    }

    @Test
    void forgetsAHeldRequestWhoseConnectionIsGone() {
        get("/live/show.m3u8");
        channel.close();
        log.segments(LIVE, 0, 0);
        channel.runPendingTasks();
        assertThat(channel.<Object>readOutbound()).isNull();
    }

    @Test
    void closesAConnectionThatAsksForNothing() {
        pass(9_999);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void closesAConnectionThatAsksForNothingMore() {
        get("/api/v1/streams");
        channel.runPendingTasks();
        pass(59_999);
        assertThat(channel.isOpen()).isTrue();
        pass(1);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void holdsAnFlvViewerForTenSeconds() {
        get("/live/show.flv");
        assertThat(log.sinks).hasSize(1);
        pass(10_000);
        assertThat(status()).isEqualTo(404);
        assertThat(log.sinks).isEmpty();
    }

    @Test
    void writesTagsOneChunkEachAndEndsCleanly() {
        get("/live/show.flv");
        pass(9_000);
        FlvSink sink = log.sinks.getFirst();
        sink.start(tag(SharedTag.Kind.CONFIG, 0, 13).bytes());
        sink.deliver(List.of(tag(SharedTag.Kind.ENTRY, 0, 20), tag(SharedTag.Kind.FRAME, 40, 30)));
        pass(60_000);
        sink.end();
        HttpResponse response = channel.readOutbound();
        assertThat(response.headers().get("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(response.headers().get("X-Accel-Buffering")).isEqualTo("no");
        assertThat(response.headers().get("Cache-Control")).isEqualTo("no-store");
        assertThat(sizes()).containsExactly(13, 20, 30, 0);
        assertThat(channel.isOpen()).as("the connection goes on").isTrue();
        assertThat(viewers()).isZero();
    }

    @Test
    void letsGoAnFlvViewerThatTakesNothing() {
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(1, 2));
        get("/live/show.flv");
        FlvSink sink = log.sinks.getFirst();
        sink.start(tag(SharedTag.Kind.CONFIG, 0, 13).bytes());
        assertThat(viewers()).isEqualTo(1);
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        sink.deliver(List.of(tag(SharedTag.Kind.ENTRY, 0, 20)));
        sink.deliver(List.of(tag(SharedTag.Kind.ENTRY, 15_000, 20)));
        assertThat(channel.isOpen()).isTrue();
        sink.deliver(List.of(tag(SharedTag.Kind.ENTRY, 15_001, 20)));
        assertThat(channel.isOpen()).isFalse();
        assertThat(registry.get("millrace.connections.closed").tag("protocol", "flv").tag("reason", "slow").counter()
                .count()).isEqualTo(1);
        assertThat(viewers()).isZero();
        assertThat(log.sinks).isEmpty();
    }

    @Test
    void goesOnWithTheNextKeyframeWhenASlowViewerTakesBytesAgain() {
        get("/live/show.flv");
        FlvSink sink = log.sinks.getFirst();
        sink.start(tag(SharedTag.Kind.CONFIG, 0, 13).bytes());
        sink.deliver(List.of(tag(SharedTag.Kind.ENTRY, 0, 1)));
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        for (int ms = 1_000; ms <= 7_000; ms += 1_000) {
            sink.deliver(List.of(tag(SharedTag.Kind.FRAME, ms, 100)));
        }
        sink.deliver(List.of(tag(SharedTag.Kind.ENTRY, 8_000, 2), tag(SharedTag.Kind.FRAME, 8_040, 3)));
        channel.unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        channel.runPendingTasks();
        channel.readOutbound();
        assertThat(sizes()).containsExactly(13, 1, 2, 3);
    }

    private void get(String target) {
        channel.writeInbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target));
        channel.runPendingTasks();
    }

    private void pass(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
    }

    private int status() {
        HttpResponse response = channel.readOutbound();
        ReferenceCountUtil.release(response);
        return response.status().code();
    }

    /** Of every chunk that was written; 0 for the end. */
    private List<Integer> sizes() {
        List<Integer> sizes = new ArrayList<>();
        for (HttpContent content = channel.readOutbound(); content != null; content = channel.readOutbound()) {
            sizes.add(content == LastHttpContent.EMPTY_LAST_CONTENT ? 0 : content.content().readableBytes());
            content.release();
        }
        return sizes;
    }

    private double viewers() {
        return registry.get("millrace.edge.viewers").tag("protocol", "flv").gauge().value();
    }

    private SharedTag tag(SharedTag.Kind kind, int timestampMs, int sizeBytes) {
        ByteBuf bytes = Unpooled.copiedBuffer("x".repeat(sizeBytes), StandardCharsets.US_ASCII);
        made.add(bytes);
        return new SharedTag(bytes, kind, timestampMs);
    }
}
