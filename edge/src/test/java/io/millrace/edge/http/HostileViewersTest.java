package io.millrace.edge.http;

import ch.qos.logback.classic.Level;
import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.platform.net.ProxySources;
import io.millrace.testkit.LogCapture;
import io.millrace.testkit.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.millrace.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

/** Hostile clients of the HTTP port, over loopback, and that other clients are not affected. */
@Timeout(180)
class HostileViewersTest {
    /** A timeout on the edge's clock, which the test advances; the kernel's limit, twice as long, is not reached. */
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Duration FOREVER = Duration.ofDays(365);
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final HttpLimits LIMITS = new HttpLimits(LIMIT, LIMIT, LIMIT, 64, 64, 8_192, 8_192, 100);
    private static final String SLOW_REQUEST = "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ";
    private static final byte[] PIECE = new byte[64 * 1024];
    /** Minimum number of requests of a legitimate viewer during each test. */
    private static final int ROUNDS = 40;
    private static final int CLIENTS_PER_ABUSE = 2;
    private static final Set<HttpCloseReason> EXPECTED_REASONS = EnumSet.of(HttpCloseReason.HEADER_TIMEOUT,
            HttpCloseReason.IDLE,
            HttpCloseReason.BODY, HttpCloseReason.MALFORMED, HttpCloseReason.TOO_MANY_OF_ADDRESS,
            HttpCloseReason.BLOCKED);

    private MemoryEdge edge;
    private MemoryLog log;
    private ManualClock clock;
    private int port;

    private void start(HttpLimits limits) {
        start(limits, ProxySources.NONE, FamiliarUrls.NONE);
    }

    private void start(HttpLimits limits, ProxySources proxies, FamiliarUrls familiar) {
        edge = new MemoryEdge(limits, proxies, familiar);
        log = edge.log;
        clock = edge.clock;
        port = edge.port;
    }

    @AfterEach
    void stop() {
        edge.close();
    }

    private double closed(HttpCloseReason reason) {
        return edge.registry.get("millrace.connections.closed").tag("protocol", "http").tag("reason", reason.label())
                .counter().count();
    }

    @Test
    void slowRequestHeadersTimeOut() throws Exception {
        start(LIMITS);
        try (var late = new RawHttp(port); var punctual = new RawHttp(port)) {
            await().until(() -> clock.alarms() == 2);
            late.send(SLOW_REQUEST);
            punctual.send(SLOW_REQUEST);
            for (int tenth = 1; tenth < 10; tenth++) {
                late.send("a");
                punctual.send("a");
                clock.pass(LIMIT.dividedBy(10));
            }
            assertThat(punctual.send("\r\n\r\n").read().status()).isEqualTo(200);
            clock.pass(LIMIT.dividedBy(10));
            assertThat(late.isClosedWithoutResponse()).isTrue();
            assertThat(punctual.get("/api/v1/streams").read().status()).isEqualTo(200);
        }
        assertThat(closed(HttpCloseReason.HEADER_TIMEOUT)).isEqualTo(1);
    }

    @Test
    void slowFurtherRequestTimesOut() throws Exception {
        start(new HttpLimits(LIMIT, FOREVER, LIMIT, 64, 64, 8_192, 8_192, 100));
        try (var http = new RawHttp(port)) {
            assertThat(http.get("/api/v1/streams").read().status()).isEqualTo(200);
            clock.pass(LIMIT.multipliedBy(2));
            assertThat(http.get("/api/v1/streams").read().status()).as("the connection was idle").isEqualTo(200);
            http.send(SLOW_REQUEST);
            await().until(() -> {
                clock.pass(LIMIT);
                return closed(HttpCloseReason.HEADER_TIMEOUT) == 1;
            });
            assertThat(http.isClosedWithoutResponse()).isTrue();
        }
    }

    @Test
    void idleConnectionIsClosed() throws Exception {
        start(LIMITS);
        try (var http = new RawHttp(port)) {
            for (int i = 0; i < 3; i++) {
                assertThat(http.get("/api/v1/streams").read().status()).isEqualTo(200);
                clock.pass(LIMIT.minus(MOMENT));
            }
            assertThat(closed(HttpCloseReason.IDLE)).isZero();
            clock.pass(MOMENT);
            assertThat(http.next()).isEqualTo(-1);
        }
        assertThat(closed(HttpCloseReason.IDLE)).isEqualTo(1);
    }

    @Test
    void requestLengthIsLimited() throws IOException {
        start(new HttpLimits(LIMIT, LIMIT, LIMIT, 64, 64, 1_000, 2_000, 100));
        String line = "GET /%s HTTP/1.1";
        try (var http = new RawHttp(port)) {
            assertThat(http.send(line.formatted("a".repeat(1_000 - line.length() + 2)) + "\r\nHost: x\r\n\r\n").read()
                    .status()).isEqualTo(404);
            assertThat(http.send("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(2_000 - 15) + "\r\n\r\n").read()
                    .status())
                    .isEqualTo(200);
        }
        assertEnds(line.formatted("a".repeat(1_001 - line.length() + 2)) + "\r\nHost: x\r\n\r\n", 414);
        assertEnds("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "a".repeat(2_001 - 8) + "\r\n\r\n", 431);
        assertEnds("GET / HTTP/1.1\r\n" + "X-Many: aaaaaaaaaa\r\n".repeat(1_000) + "\r\n", 431);
        assertThat(closed(HttpCloseReason.OVER_LIMIT)).isEqualTo(3);
        assertEnds("\u0016\u0003\u0001 this is TLS\r\n\r\n", 400);
        assertThat(closed(HttpCloseReason.MALFORMED)).isEqualTo(1);
    }

    /** The response arrives, however much of the request was not read, and the connection ends. */
    private void assertEnds(String request, int status) throws IOException {
        try (var http = new RawHttp(port)) {
            RawHttp.Response answer = http.send(request).read();
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.headers()).containsEntry("connection", "close");
            assertThat(http.next()).isEqualTo(-1);
        }
    }

    @Test
    void bodyIsNotReadAndRequestIsAnswered() throws IOException {
        start(LIMITS);
        assertEnds("POST /live/show.m3u8 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + "a".repeat(900_000),
                405);
        assertEnds("GET /live/show.m3u8 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", 200);
        assertThat(closed(HttpCloseReason.BODY)).isEqualTo(2);
    }

    @Test
    void longPipelineIsAnsweredInOrder() throws Exception {
        start(LIMITS);
        int count = 5_000;
        try (var http = new RawHttp(port); var sender = Executors.newSingleThreadExecutor()) {
            http.get("/live/new.m3u8");
            await().until(() -> log.watched.contains("live/new"));
            Future<?> sending = sender.submit(() -> http
                    .send("GET /live/never/@1/ts/0.ts HTTP/1.1\r\nHost: x\r\n\r\n".repeat(count)));
            log.segments(MemoryEdge.NEW, 0, 0);
            assertThat(http.read().status()).isEqualTo(200);
            for (int i = 0; i < count; i++) {
                assertThat(http.read().status()).isEqualTo(404);
            }
            sending.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /**
     * As in bench/attack.sh, shorter: of each pipeline of 16 requests, one is parsed and the others are bytes, because a parsed
     * request can take 150 kB.
     */
    @Test
    void waitingPipelinesHoldOneRequestEach() throws Exception {
        start(LIMITS);
        int hostile = 20;
        long requestBytes = 100 * 128;
        String pipeline = "GET /live/new.flv HTTP/1.1\r\nHost: x\r\n\r\n"
                + ("GET / HTTP/1.1\r\nHost: x\r\n" + "a:b\r\n".repeat(99) + "\r\n").repeat(100);
        List<RawHttp> open = new ArrayList<>();
        try (var flv = new RawHttp(port); var hls = new RawHttp(port)) {
            FlvSink sink = watch(flv);
            for (int i = 0; i < hostile; i++) {
                open.add(new RawHttp(port, "127.0.0.2", 0).send(pipeline));
                enjoy(flv, sink, hls, Integer.toString(i));
            }
            await().until(() -> edge.requestBytes() >= hostile * requestBytes);
            enjoy(flv, sink, hls, "all are there");
            assertThat(edge.requestBytes()).isLessThan(hostile * 4 * requestBytes);
        } finally {
            for (RawHttp each : open) {
                each.close();
            }
        }
        await().until(() -> edge.requestBytes() == 0);
    }

    @Test
    void peerThatReadsNothingIsDisconnected() throws IOException {
        start(LIMITS);
        try (var http = new RawHttp(port, "127.0.0.1", 4_096)) {
            watchWithoutReading(http);
            await().until(() -> {
                clock.pass(LIMIT.dividedBy(3));
                return log.sinks.isEmpty();
            });
        }
        assertThat(closed(HttpCloseReason.BLOCKED)).isEqualTo(1);
    }

    /** Writes to an FLV viewer as long as its socket accepts data. */
    private void watchWithoutReading(RawHttp http) throws IOException {
        int before = log.sinks.size();
        http.get("/live/show.flv");
        await().until(() -> log.sinks.size() > before);
        FlvSink sink = log.sinks.get(before);
        sink.loop().execute(() -> {
            sink.start(() -> {});
            for (int i = 0; i < 200 && sink.isReady(); i++) {
                sink.send(PIECE);
            }
        });
    }

    /**
     * Nothing is sent on it, so only the kernel can detect that the peer is gone: it probes after a minute, not two
     * hours.
     */
    @Test
    void kernelProbesHalfOpenConnections() throws IOException {
        assumeThat(Path.of("/proc/net/tcp")).exists();
        start(LIMITS);
        try (var http = new RawHttp(port)) {
            http.get("/live/new.flv");
            await().until(() -> log.sinks.size() == 1);
            String ports = "^ *\\d+: [0-9A-F]+:%04X [0-9A-F]+:%04X .*".formatted(port, http.localPort());
            List<String> timers;
            try (var tcp = Files.lines(Path.of("/proc/net/tcp")); var tcp6 = Files.lines(Path.of("/proc/net/tcp6"))) {
                timers = Stream.concat(tcp, tcp6).filter(line -> line.matches(ports))
                        .map(line -> line.strip().split("\\s+")[5]).toList();
            }
            assertThat(timers).singleElement().asString().startsWith("02:");
            int hundredths = Integer.parseInt(timers.getFirst().substring(3).toLowerCase(Locale.ROOT), 16);
            assertThat(hundredths).isBetween(1, 6_000);
        }
    }

    @Test
    void connectionsAboveLimitAreRefusedAtOnce() throws IOException {
        start(new HttpLimits(LIMIT, LIMIT, LIMIT, 3, 64, 8_192, 8_192, 100));
        try (var first = watching(); var second = watching()) {
            try (var third = watching(); var fourth = new RawHttp(port)) {
                assertRefused(fourth, 503);
                assertThat(third.get("/").read().status()).isEqualTo(200);
            }
            awaitRoom("127.0.0.1");
            assertThat(first.get("/").read().status()).isEqualTo(200);
            assertThat(second.get("/").read().status()).isEqualTo(200);
        }
        assertThat(closed(HttpCloseReason.TOO_MANY)).isPositive();
    }

    /** The edge has no memory for another stream over FLV; current viewers are not affected. */
    @Test
    void viewersAreRefusedWithoutMemoryForStream() throws Exception {
        start(LIMITS);
        try (var viewer = new RawHttp(port); var late = new RawHttp(port); var socket = new RawHttp(port)) {
            FlvSink watching = watch(viewer);
            assertBusy(late.get("/live/new.flv"));
            assertBusy(socket.get("/live/new.flv", "Connection: Upgrade", "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="));
            watching.loop().execute(() -> watching.send(bytes("more")));
            assertThat(viewer.chunk()).isEqualTo("more");
        }
    }

    private void assertBusy(RawHttp http) throws IOException {
        await().until(() -> log.sinks.size() == 2);
        FlvSink sink = log.sinks.getLast();
        sink.loop().execute(sink::busy);
        RawHttp.Response response = http.read();
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.headers()).containsEntry("retry-after", "1");
        assertThat(response.body()).contains("\"code\":\"busy\"");
        http.close();
        await().until(() -> log.sinks.size() == 1);
    }

    /** Clients that only connect therefore keep others away only until they are the oldest. */
    @Test
    void oldestSilentConnectionIsReplaced() throws IOException {
        start(new HttpLimits(LIMIT, LIMIT, LIMIT, 3, 64, 8_192, 8_192, 100));
        try (var viewer = watching(); var oldest = new RawHttp(port)) {
            await().until(() -> clock.alarms() == 2);
            try (var half = new RawHttp(port)) {
                half.send(SLOW_REQUEST);
                await().until(() -> clock.alarms() == 3);
                try (var late = watching()) {
                    assertThat(oldest.isClosedWithoutResponse()).isTrue();
                    assertThat(half.send("\r\n\r\n").read().status()).as("there is room for three").isEqualTo(200);
                    try (var last = new RawHttp(port)) {
                        assertRefused(last, 503);
                    }
                    assertThat(late.get("/").read().status()).isEqualTo(200);
                    assertThat(viewer.get("/").read().status()).isEqualTo(200);
                }
            }
        }
        assertThat(closed(HttpCloseReason.TOO_MANY)).isEqualTo(2);
    }

    @Test
    void limitPerAddressLeavesRoomForOthers() throws IOException {
        start(new HttpLimits(LIMIT, LIMIT, LIMIT, 64, 2, 8_192, 8_192, 100));
        try (var second = watching(); var other = new RawHttp(port, "127.0.0.2", 0)) {
            try (var first = watching(); var third = new RawHttp(port)) {
                assertRefused(third, 429);
                assertThat(first.get("/").read().status()).isEqualTo(200);
                assertThat(other.get("/").read().status()).isEqualTo(200);
            }
            awaitRoom("127.0.0.1");
            assertThat(second.get("/").read().status()).isEqualTo(200);
        }
        assertThat(closed(HttpCloseReason.TOO_MANY_OF_ADDRESS)).isPositive();
    }

    /** A connection that has been counted: simultaneous connections are counted in any order. */
    private RawHttp watching() throws IOException {
        var http = new RawHttp(port);
        assertThat(http.get("/").read().status()).isEqualTo(200);
        return http;
    }

    private void assertRefused(RawHttp http, int status) throws IOException {
        RawHttp.Response response = http.read();
        assertThat(response.status()).isEqualTo(status);
        assertThat(response.headers()).containsEntry("retry-after", "5").containsEntry("connection", "close");
        assertThat(response.body()).startsWith("{\"error\":{\"code\":\"");
        assertThat(http.next()).isEqualTo(-1);
    }

    private void awaitRoom(String from) {
        await().until(() -> {
            try (var http = new RawHttp(port, from, 0)) {
                return http.get("/").read().status() == 200;
            }
        });
    }

    @Test
    void trustsAddressFromProxy() throws IOException {
        start(new HttpLimits(LIMIT, LIMIT, LIMIT, 64, 1, 8_192, 8_192, 100), ProxySources.parse("127.0.0.1"),
                FamiliarUrls.NONE);
        String playlist = "/live/show/@17/ts/index.m3u8";
        try (var first = new RawHttp(port);
                var second = new RawHttp(port);
                var third = new RawHttp(port);
                var http = new RawHttp(port);
                var broken = new RawHttp(port);
                var liar = new RawHttp(port, "127.0.0.2", 0)) {
            assertThat(first.send("PROXY TCP4 192.0.2.1 127.0.0.1 5000 8080\r\n").get(playlist).read().status())
                    .isEqualTo(200);
            second.send("PROXY TCP4 192.0.2.1 127.0.0.1 5001 8080\r\n");
            assertRefused(second, 429);
            assertThat(third.send("PROXY TCP4 192.0.2.2 127.0.0.1 5001 8080\r\n").get(playlist).read().status())
                    .isEqualTo(200);
            for (String chain : List.of("192.0.2.3", "10.9.9.9, 192.0.2.4", "10.9.9.9,192.0.2.4, 127.0.0.1")) {
                assertThat(http.get(playlist, "X-Forwarded-For: " + chain).read().status()).isEqualTo(200);
            }
            assertThat(http.get("/api/v1/streams/live/show").read().body())
                    .as("192.0.2.1 to .4").contains("\"viewers\":{\"hls\":4,");
            broken.send("PROXY nonsense\r\n");
            assertThat(broken.next()).isEqualTo(-1);
            await().untilAsserted(() -> assertThat(closed(HttpCloseReason.PROXY_HEADER)).isEqualTo(1));
            assertThat(liar.send("PROXY TCP4 192.0.2.9 127.0.0.1 5001 8080\r\n\r\n").read().status()).isEqualTo(400);
        }
    }

    @Test
    void redirectsFamiliarUrls() throws IOException {
        start(LIMITS, ProxySources.NONE, FamiliarUrls.parse("nginx-rtmp,mediamtx,nginx-http-flv"));
        try (var http = new RawHttp(port)) {
            for (String target : List.of("/hls/show.m3u8", "/live/show/index.m3u8")) {
                RawHttp.Response moved = http.get(target).read();
                assertThat(moved.status()).isEqualTo(302);
                String location = Path.of(target).getParent().resolve(moved.headers().get("location")).normalize()
                        .toString();
                assertThat(http.get(location).read().body()).contains("show/@17/ts/index.m3u8");
            }
            http.get("/live?port=1935&app=live&stream=show");
            await().until(() -> log.sinks.size() == 1);
        }
    }

    /**
     * The clock stands still while the legitimate viewer waits, so a response that depended on a hostile client's
     * timeout would never arrive.
     */
    @Test
    void legitimateViewerIsNotAffected() throws Exception {
        start(new HttpLimits(LIMIT, LIMIT, LIMIT, 200, 20, 8_192, 8_192, 100));
        var over = new AtomicBoolean();
        try (var said = new LogCapture(EdgeHandler.class);
                ExecutorService hostile = Executors.newVirtualThreadPerTaskExecutor();
                var flv = new RawHttp(port, "127.0.0.9", 0);
                var hls = new RawHttp(port, "127.0.0.9", 0)) {
            try {
                FlvSink sink = watch(flv);
                List<Future<?>> abuses = new ArrayList<>();
                for (Abuse abuse : abuses(over)) {
                    for (int i = 0; i < CLIENTS_PER_ABUSE; i++) {
                        abuses.add(hostile.submit(() -> repeat(abuse, over)));
                    }
                }
                for (int i = 0; i < ROUNDS || !EXPECTED_REASONS.stream().allMatch(did -> closed(did) > 0); i++) {
                    enjoy(flv, sink, hls, Integer.toString(i));
                    clock.pass(LIMIT.dividedBy(20));
                }
                over.set(true);
                edge.close();
                for (Future<?> abuse : abuses) {
                    abuse.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
                }
            } finally {
                over.set(true);
                edge.close();
            }
            assertThat(said.texts(Level.WARN)).as("of hostile clients only")
                    .allMatch(line -> line.contains("127.0.0.5"));
        }
    }

    private FlvSink watch(RawHttp flv) throws IOException {
        flv.get("/live/show.flv");
        await().until(() -> log.sinks.size() == 1);
        FlvSink sink = log.sinks.getFirst();
        sink.loop().execute(() -> {
            sink.start(() -> {});
            sink.send(bytes("first"));
        });
        assertThat(flv.read(true).status()).isEqualTo(200);
        assertThat(flv.chunk()).isEqualTo("first");
        return sink;
    }

    /** Sends a numbered chunk, and each request after the response to the previous one. */
    private static void enjoy(RawHttp flv, FlvSink sink, RawHttp hls, String number) throws IOException {
        sink.loop().execute(() -> sink.send(bytes(number)));
        assertThat(flv.chunk()).isEqualTo(number);
        assertThat(hls.get("/live/show/@17/ts/index.m3u8").read().status()).isEqualTo(200);
        assertThat(hls.get("/live/show/@17/ts/3.ts").read().body()).isEqualTo("part 01006part 01007");
    }

    private interface Abuse {
        void once() throws IOException;
    }

    private static void repeat(Abuse abuse, AtomicBoolean over) {
        while (!over.get()) {
            try {
                abuse.once();
            } catch (IOException _) {
                // It was disconnected, and connects again.
            }
        }
    }

    private List<Abuse> abuses(AtomicBoolean over) {
        return List.of(() -> {
            try (var http = new RawHttp(port, "127.0.0.3", 0)) {
                http.send(SLOW_REQUEST);
                while (http.isQuietFor(20)) {
                    http.send("a");
                }
            }
        }, () -> {
            try (var http = new RawHttp(port, "127.0.0.3", 0)) {
                http.get("/api/v1/streams").read();
                http.next();
            }
        }, () -> {
            try (var http = new RawHttp(port, "127.0.0.4", 0)) {
                http.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n" + "a".repeat(100_000))
                        .read();
            }
        }, () -> {
            try (var http = new RawHttp(port, "127.0.0.4", 0)) {
                http.send("\u0000".repeat(100) + "\r\n\r\n").read();
            }
        }, () -> {
            try (var http = new RawHttp(port, "127.0.0.5", 0)) {
                http.get("/live/new.m3u8").send("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(2_000));
                http.isQuietFor(200);
            }
        }, () -> {
            List<RawHttp> many = new ArrayList<>();
            try {
                for (int i = 0; i < 25; i++) {
                    many.add(new RawHttp(port, "127.0.0.6", 0));
                }
                many.getLast().read();
            } finally {
                for (RawHttp http : many) {
                    http.close();
                }
            }
        }, () -> {
            try (var http = new RawHttp(port, "127.0.0.7", 4_096)) {
                http.send("GET /assets/vendor/hls.min.js HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200));
                await().until(() -> over.get() || closed(HttpCloseReason.BLOCKED) > 0);
            }
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
