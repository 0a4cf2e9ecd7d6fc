package io.millrace.edge.http;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.dash.DashEndpoint;
import io.millrace.edge.exchange.PlayAccess;
import io.millrace.edge.flv.FlvEndpoint;
import io.millrace.edge.hls.HlsEndpoint;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.media.StreamName;
import io.millrace.platform.access.AccessReason;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.helpers.NOPLogger;

import static org.assertj.core.api.Assertions.assertThat;

/** Every output over HTTP asks the access policy before it sends anything about a stream. */
class PlayAccessTest {
    /** A request of each output. */
    enum Output {
        HLS("/live/show.m3u8"), HLS_DELAYED("/live/show.m3u8?delay=60s"), HLS_PAST(
                "/live/show.m3u8?start=-1h"), MEDIA_PLAYLIST("/live/show/@17/ts/index.m3u8"), MEDIA_PLAYLIST_DELAYED(
                        "/live/show/@17/ts/index.m3u8?delay=60s"), RELOAD(
                                "/live/show/@17/video0/index.m3u8?_HLS_msn=3&_HLS_part=1"), SEGMENT(
                                        "/live/show/@17/ts/5.ts"), PART("/live/show/@17/video0/5.1.m4s"), INIT(
                                                "/live/show/@17/video0/init-0.mp4"), DASH("/live/show.mpd"), DASH_EPOCH(
                                                        "/live/show/@17/index.mpd"), FLV("/live/show.flv"), FLV_PAST(
                                                                "/live/show.flv?start=-1h"), WEBSOCKET(
                                                                        "/live/show.flv"), API(
                                                                                "/api/v1/streams/live/show"), SESSIONS(
                                                                                        "/api/v1/streams/live/show/sessions");

        private final String target;

        Output(String target) {
            this.target = target;
        }

        AccessRequest.Protocol protocol() {
            return target.startsWith("/api")
                    ? AccessRequest.Protocol.API
                    : target.contains(".mpd")
                            ? AccessRequest.Protocol.DASH
                            : target.contains(".flv") ? AccessRequest.Protocol.FLV : AccessRequest.Protocol.HLS;
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
                        new DashEndpoint(access, directory, new HlsEndpoint.Log(log, log, log, log), viewers,
                                () -> nanos, InstantSource.system(), meters),
                        new FlvEndpoint(access, directory, log, log, InstantSource.system(), viewers, meters)),
                new Endpoints.Api(new ApiEndpoint(access, directory, log, viewers, new ResponseMemory(1 << 20)), null,
                        null),
                CorsOrigins.ANY,
                FamiliarUrls.NONE, meters, new Turns(new Turns.Limits(1, 1, 1, 1, 0)),
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
        assertThat(log.watched.size() + log.joined.size() + sent().length()).as("what was looked up or sent")
                .isPositive();
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
        int mark = output.target.indexOf('?');
        assertThat(asked).isEqualTo(new AccessRequest(AccessRequest.Action.PLAY, new StreamName("live/show"), "",
                new AccessRequest.Source(output.protocol(), "", "player/1",
                        mark < 0 ? output.target : output.target.substring(0, mark))));
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

    /** Credentials in the query and in the path are the same; parameters of the media are none. */
    @ParameterizedTest
    @CsvSource({"?token=a.b-c_d~e, /t/a.b-c_d~e", "?token=a%2Fb, /t/q~dG9rZW49YSUyRmI", "?key=k, /t/q~a2V5PWs",
        "?user=1&start=-1h&token=x, /t/q~dXNlcj0xJnRva2VuPXg", "?token=q~x, /t/q~dG9rZW49cX54"})
    void credentialsMoveToPath(String query, String prefix) {
        request(get("a", "/live/show.m3u8" + query));
        AccessRequest byQuery = policy.asked.getLast();
        policy.allow();
        String rest = query.contains("start") ? "?start=-1h" : "";
        assertThat(sent()).startsWith("HTTP/1.1 302 ").contains("cache-control: no-store",
                "location: .." + prefix + "/live/show.m3u8" + rest + "\r\n");
        assertThatNothingWasRead();
        request(get("a", prefix + "/live/show.m3u8" + rest));
        assertThat(policy.asked.getLast()).isEqualTo(byQuery);
        assertThat(byQuery.source().url()).isEqualTo("/live/show.m3u8");
        policy.allow();
        if (rest.isEmpty()) {
            assertThat(sent()).startsWith("HTTP/1.1 200 ").contains("\nshow/@17/ts/index.m3u8\n");
        }
    }

    @Test
    void allPlaylistsRedirect() {
        for (String target : new String[]{"/live/show/@17/ts/index.m3u8?token=x", "/live/show.mpd?token=x",
            "/live/show/@17/index.mpd?token=x", "http://host/live/show@ts.m3u8?token=x"}) {
            request(get("a", target));
            policy.allow();
            String path = target.replace("http://host", "").replace("?token=x", "");
            assertThat(sent()).as(target).startsWith("HTTP/1.1 302 ").contains("/../t/x".substring(1) + path);
        }
    }

    /** The requested name may be a secret, like a stream key; the name of the stream is public. */
    @Test
    void keyInNameMovesToPath() {
        request(get("a", "/live/secret.m3u8"));
        policy.allow("live/show");
        assertThat(sent()).startsWith("HTTP/1.1 302 ").contains("location: ../t/q~a2V5PXNlY3JldA/live/show.m3u8\r\n");
        request(get("a", "/live/secret.flv"));
        policy.allow("live/show");
        channel.runPendingTasks();
        assertThat(log.joined).containsExactly("live/show");
    }

    @Test
    void asksForEveryRequest() {
        for (int i = 0; i < 3; i++) {
            request(get("a", "/t/x/live/show/@17/ts/index.m3u8"));
            policy.allow();
            assertThat(sent()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(policy.asked).hasSize(3);
        request(get("a", "/t/x/live/show/@17/ts/index.m3u8"));
        policy.refuse("no");
        assertThat(sent()).startsWith("HTTP/1.1 403 ");
    }

    @ParameterizedTest
    @CsvSource({"NO_CREDENTIALS, 401, credentials_required", "EXPIRED, 401, credentials_expired",
        "MALFORMED, 401, credentials_invalid", "BAD_SIGNATURE, 401, credentials_invalid",
        "UNKNOWN_KEY, 401, credentials_invalid", "OTHER_STREAM, 403, access_denied", "ADDRESS, 403, access_denied",
        "OTHER_ACTION, 403, access_denied", "HOOK_FAILED, 503, access_undecided",
        "KEYS_UNAVAILABLE, 503, access_undecided"})
    void statusTellsWhatToDo(AccessReason reason, int status, String code) {
        request(get("a", "/live/show.m3u8"));
        policy.refuse(reason, "because");
        String answer = sent();
        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("cache-control: no-store",
                "{\"error\":{\"code\":\"" + code + "\",\"message\":\"because\"}}");
        assertThat(answer.contains("www-authenticate: Bearer")).isEqualTo(status == 401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/t/a%2Fb/live/show.m3u8", "/t/%61/live/show.m3u8", "/t//live/show.m3u8",
        "/t/a;b/live/x.flv"})
    void malformedPrefixIsRefused(String target) {
        request(get("a", target));
        assertThat(sent()).startsWith("HTTP/1.1 400 ");
        assertThat(policy.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%74/a/live/show.m3u8", "/t/a/t/b/live/show.m3u8", "/t/live.m3u8"})
    void nothingElseIsPrefix(String target) {
        request(get("a", target));
        assertThat(sent()).startsWith("HTTP/1.1 404 ");
        assertThat(policy.asked).isEmpty();
    }

    @Test
    void urlsOfApiHaveCredentials() {
        request(get("a", "/api/v1/streams/live/show?token=x"));
        policy.allow();
        assertThat(sent()).startsWith("HTTP/1.1 200 ").contains("\"url\":\"/t/x/live/show.m3u8\"");
        request(get("a", "/api/v1/streams"));
        assertThat(sent()).startsWith("HTTP/1.1 403 ").contains("list_restricted");
    }

    private void assertThatNothingWasRead() {
        assertThat(log.watched).isEmpty();
        assertThat(log.readers).isEmpty();
        assertThat(log.sinks).isEmpty();
    }

    private static String get(String player, String target) {
        return "GET " + target + " HTTP/1.1\r\nhost: x\r\nuser-agent: " + player + "\r\n\r\n";
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
