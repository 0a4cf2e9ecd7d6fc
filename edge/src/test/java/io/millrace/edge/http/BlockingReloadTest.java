package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.hls.HeldLimits;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.rules.IframeRules;
import io.millrace.platform.access.AccessPolicy;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.Packet;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.TrackId;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.Turns;
import io.millrace.testkit.Records;
import io.millrace.testkit.Records.PartSpec;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The delivery directives of low-latency HLS, in embedded channels; the test advances the clock. TARGETDURATION is 2.
 */
class BlockingReloadTest {
    private static final StreamEntry LIVE = Records.ruledBy(Records.CMAF_RULES,
            Records.entry("live/low", 19, StreamEntry.State.LIVE));
    private static final RenditionId VIDEO = RenditionId.cmaf(new TrackId(Packet.Kind.VIDEO, 0));
    private static final RenditionId AUDIO = RenditionId.cmaf(new TrackId(Packet.Kind.AUDIO, 0));
    private static final String PLAYLIST = "/live/low/@19/video0/index.m3u8";
    private static final int PARTS = 4;

    private final MemoryLog log = new MemoryLog();
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private final Endpoints endpoints = endpoints(new HeldLimits(3, 2));
    private EdgeHandler newest;

    private Endpoints endpoints(HeldLimits limits) {
        var directory = new StreamDirectory();
        directory.put(LIVE);
        var meters = new EdgeMeters(new SimpleMeterRegistry());
        var viewers = new Viewers(meters, InstantSource.system());
        return new Endpoints(PageEndpoint.load(),
                List.of(new HlsEndpoint(new PlayAccess(AccessPolicy.ALLOW_ALL), directory,
                        new HlsEndpoint.Log(log, log, log, log), 1_000, viewers, () -> 0, meters, limits)),
                new Endpoints.Api(new ApiEndpoint(new PlayAccess(AccessPolicy.ALLOW_ALL), directory, log, viewers,
                        new ResponseMemory(1 << 20)), null, null),
                CorsOrigins.ANY, FamiliarUrls.NONE, meters,
                new Turns(new Turns.Limits(1, 1, 1, 1, 0)),
                new PeerLog(LoggerFactory.getLogger(BlockingReloadTest.class)));
    }

    private EmbeddedChannel connect() {
        var channel = new EmbeddedChannel();
        channel.freezeTime();
        var guard = new ConnectionGuard(HttpLimits.DEFAULT, endpoints.meters(), LimitClock.SYSTEM);
        var requests = new RequestGate(guard, endpoints.meters(), () -> {});
        newest = new EdgeHandler(endpoints, HttpLimits.DEFAULT, LimitClock.SYSTEM);
        channel.pipeline().addLast(guard, new ReadGate(requests, new MemoryBudget(1 << 20)), new HttpServerCodec(),
                requests, newest);
        channel.pipeline().fireChannelActive();
        channels.add(channel);
        return channel;
    }

    @AfterEach
    void close() {
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
    }

    private static String get(EmbeddedChannel channel, String target) {
        channel.writeInbound(Unpooled.copiedBuffer("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n",
                StandardCharsets.US_ASCII));
        return sent(channel);
    }

    private String get(String target) {
        return get(connect(), target);
    }

    /** Returns the response; empty while the request is held. */
    private static String sent(EmbeddedChannel channel) {
        channel.runPendingTasks();
        StringBuilder text = new StringBuilder();
        for (ByteBuf bytes = channel.readOutbound(); bytes != null; bytes = channel.readOutbound()) {
            text.append(bytes.toString(StandardCharsets.US_ASCII));
            bytes.release();
        }
        return text.toString();
    }

    private static void pass(EmbeddedChannel channel, long ms) {
        channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
    }

    private static IndexedPart part(RenditionId rendition, long segment, int part) {
        return new PartSpec(LIVE.epoch(), segment).of(rendition).durationTicks(45_000).part(part, part == PARTS - 1,
                MemoryLog.PARTS_BEGIN + 100 * segment + 10 * part + (rendition.equals(AUDIO) ? 1 : 0));
    }

    private void add(RenditionId rendition, long segment, int part) {
        log.records(LIVE, List.of(part(rendition, segment, part)));
    }

    private void both(long segment, int part) {
        add(VIDEO, segment, part);
        add(AUDIO, segment, part);
    }

    /** Segments 0 to {@code last - 1}, and the first two parts of segment {@code last}. */
    private void upTo(long last) {
        for (long segment = 0; segment <= last; segment++) {
            for (int part = 0; part < (segment == last ? 2 : PARTS); part++) {
                both(segment, part);
            }
        }
    }

    private static String body(String response) {
        assertThat(response).startsWith("HTTP/1.1 200 ");
        return response.substring(response.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void holdsUntilAllRenditionsHavePart() {
        upTo(4);
        EmbeddedChannel channel = connect();
        assertThat(get(channel, PLAYLIST + "?_HLS_msn=4&_HLS_part=2")).isEmpty();
        add(VIDEO, 4, 2);
        assertThat(sent(channel)).isEmpty();
        add(AUDIO, 4, 2);
        String answer = sent(channel);
        assertThat(answer).contains("cache-control: public, max-age=12\r\n");
        assertThat(body(answer)).contains("URI=\"4.2.m4s\"").contains("LAST-MSN=4,LAST-PART=2\n");
        both(4, 3);
        both(5, 0);
        assertThat(body(get(PLAYLIST + "?_HLS_msn=4&_HLS_part=2"))).as("a fixed fact").isEqualTo(body(answer));
        assertThat(body(get(PLAYLIST))).contains("URI=\"5.0.m4s\"");
    }

    @Test
    void holdsUntilSegmentIsComplete() {
        upTo(4);
        EmbeddedChannel channel = connect();
        assertThat(get(channel, PLAYLIST + "?_HLS_msn=4")).isEmpty();
        both(4, 2);
        assertThat(sent(channel)).isEmpty();
        both(4, 3);
        String answer = sent(channel);
        assertThat(body(answer)).contains("\n4.m4s\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"5.0.m4s\"");
        both(5, 0);
        assertThat(body(get(PLAYLIST + "?_HLS_msn=4"))).isEqualTo(body(answer));
    }

    @Test
    void partAfterLastIsFirstOfNextSegment() {
        upTo(4);
        both(4, 2);
        both(4, 3);
        EmbeddedChannel channel = connect();
        assertThat(get(channel, PLAYLIST + "?_HLS_msn=4&_HLS_part=4")).isEmpty();
        both(5, 0);
        assertThat(body(sent(channel))).contains("URI=\"5.0.m4s\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"_HLS_msn=0", "_HLS_msn=1&_HLS_part=1", "_HLS_msn=2&_HLS_part=9", ""})
    void sendsCurrentPlaylistForOldParts(String directives) {
        upTo(9);
        String answer = get(PLAYLIST + "?" + directives);
        assertThat(answer).contains("cache-control: public, max-age=1\r\n");
        assertThat(body(answer)).contains("URI=\"9.1.m4s\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"_HLS_part=1", "_HLS_msn=x", "_HLS_msn=-1", "_HLS_msn=", "_HLS_msn",
        "_HLS_msn=4&_HLS_msn=4",
        "_HLS_msn=4&_HLS_part=x", "_HLS_msn=4&_HLS_part=1&_HLS_part=1", "_HLS_msn=4&_HLS_part=9999999999",
        "_HLS_msn=1.0", "_HLS_msn=99999999999999999999", "_HLS_skip=YES&_HLS_skip=YES", "_HLS_msn=6",
        "_HLS_msn=6&_HLS_part=0", "_HLS_msn=4&_HLS_part=8", "_HLS_msn=5&_HLS_part=7"})
    void rejectsMalformedAndEarlyDirectives(String directives) {
        upTo(4);
        assertThat(get(PLAYLIST + "?" + directives)).startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"_HLS_msn=5", "_HLS_msn=4&_HLS_part=7", "_HLS_msn=5&_HLS_part=6",
        "_HLS_msn=4&_HLS_skip=YES"})
    void givesUpAfterThreeTargetDurations(String directives) {
        upTo(4);
        EmbeddedChannel channel = connect();
        assertThat(get(channel, PLAYLIST + "?" + directives)).isEmpty();
        pass(channel, 5_999);
        assertThat(sent(channel)).isEmpty();
        pass(channel, 1);
        assertThat(sent(channel)).startsWith("HTTP/1.1 503 ").contains("no-store", "not_listed_in_time");
        both(4, 2);
        assertThat(sent(channel)).isEmpty();
    }

    /** Playlists of keyframes list complete segments; directives do not hold them. */
    @Test
    void servesKeyframesOfVideo() {
        log.segments(LIVE, List.of(VIDEO, AUDIO), 0, 3);
        for (String directives : List.of("", "?_HLS_msn=9&_HLS_part=1")) {
            String text = body(get("/live/low/@19/video0/iframes.m3u8" + directives));
            assertThat(IframeRules.broken(text)).as(text).isEmpty();
            assertThat(text).contains("#EXT-X-BYTERANGE:5@0\n3.m4s").doesNotContain("ENDLIST");
        }
        assertThat(get("/live/low/@19/video0/iframes.m3u8")).contains("cache-control: public, max-age=1");
        assertThat(body(get("/live/low.m3u8"))).contains("URI=\"low/@19/video0/iframes.m3u8\"")
                .doesNotContain("audio0/iframes");
        assertThat(get("/live/low/@19/audio0/iframes.m3u8")).startsWith("HTTP/1.1 404 ");
        assertThat(get("/live/low/@19/ts/iframes.m3u8")).startsWith("HTTP/1.1 404 ");
        log.end(LIVE);
        assertThat(body(get("/live/low/@19/video0/iframes.m3u8"))).endsWith("#EXT-X-ENDLIST\n");
    }

    /** Of an epoch with both formats, only CMAF has parts. */
    @Test
    void playlistOfTsHasNoParts() {
        log.segments(LIVE, List.of(RenditionId.TS, VIDEO, AUDIO), 0, 3);
        for (String directives : List.of("", "?_HLS_msn=9&_HLS_part=1")) {
            assertThat(get("/live/low/@19/ts/index.m3u8" + directives)).startsWith("HTTP/1.1 200 ").contains("3.ts")
                    .doesNotContain("EXT-X-PART");
        }
    }

    @Test
    void endAnswersHeldRequest() {
        upTo(4);
        EmbeddedChannel channel = connect();
        assertThat(get(channel, PLAYLIST + "?_HLS_msn=4&_HLS_part=2")).isEmpty();
        log.end(LIVE);
        assertThat(body(sent(channel))).endsWith("#EXT-X-ENDLIST\n");
        assertThat(body(get(PLAYLIST + "?_HLS_msn=99&_HLS_skip=YES"))).as("directives are ignored")
                .endsWith("#EXT-X-ENDLIST\n").doesNotContain("SKIP:");
        assertThat(get("/live/low/@19/video0/4.2.m4s")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void shutdownAnswersHeldRequests() {
        upTo(4);
        EmbeddedChannel channel = connect();
        assertThat(get(channel, PLAYLIST + "?_HLS_msn=5")).isEmpty();
        newest.drain(channel.pipeline().lastContext());
        assertThat(sent(channel)).startsWith("HTTP/1.1 503 ").contains("connection: close\r\n");
    }

    /** One network may hold two requests here. */
    @Test
    void limitsHeldRequestsAndForgetsClientsThatLeft() {
        upTo(4);
        EmbeddedChannel first = connect();
        EmbeddedChannel second = connect();
        assertThat(get(first, PLAYLIST + "?_HLS_msn=4")).isEmpty();
        assertThat(get(second, "/live/low/@19/video0/4.2.m4s")).isEmpty();
        assertThat(get(PLAYLIST + "?_HLS_msn=4")).startsWith("HTTP/1.1 503 ").contains("too_many_held");
        first.close();
        first.runPendingTasks();
        EmbeddedChannel third = connect();
        assertThat(get(third, PLAYLIST + "?_HLS_msn=4")).isEmpty();
        both(4, 2);
        both(4, 3);
        assertThat(sent(third)).startsWith("HTTP/1.1 200 ");
        assertThat(sent(second)).as("read in the background").isNotNull();
        assertThat(get(PLAYLIST + "?_HLS_msn=5&_HLS_part=0")).isEmpty();
        assertThat(get(PLAYLIST + "?_HLS_msn=5&_HLS_part=0")).isEmpty();
    }

    @Test
    void holdsNextPartUntilItIsComplete() throws Exception {
        upTo(4);
        EmbeddedChannel channel = connect();
        assertThat(get(channel, "/live/low/@19/audio0/4.2.m4s")).isEmpty();
        add(AUDIO, 4, 2);
        String answer = sent(channel);
        while (answer.isEmpty()) {
            Thread.onSpinWait();
            answer = sent(channel);
        }
        assertThat(body(answer)).isEqualTo("part 01421");
        assertThat(answer).contains("content-type: audio/mp4\r\n", "immutable");
        assertThat(get("/live/low/@19/audio0/4.4.m4s")).startsWith("HTTP/1.1 404 ");
        assertThat(get("/live/low/@19/audio0/5.0.m4s")).startsWith("HTTP/1.1 404 ");
        assertThat(get("/live/low/@19/audio0/3.4.m4s")).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void nextPartThatNeverAppearsIsNotFound() {
        upTo(4);
        EmbeddedChannel late = connect();
        assertThat(get(late, "/live/low/@19/audio0/4.2.m4s")).isEmpty();
        pass(late, 6_000);
        assertThat(sent(late)).startsWith("HTTP/1.1 404 ");
        EmbeddedChannel missing = connect();
        assertThat(get(missing, "/live/low/@19/audio0/4.2.m4s")).isEmpty();
        log.records(LIVE, List.of(new PartSpec(LIVE.epoch(), 4).of(AUDIO).durationTicks(90_000).gap(2)));
        assertThat(sent(missing)).startsWith("HTTP/1.1 404 ");
    }
}
