package io.millrace.edge.http;

import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.platform.net.ProxySources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.millrace.testkit.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

/** Hostile clients of HTTP/2, over loopback, and that other clients are not affected. */
@Timeout(180)
class HostileHttp2Test {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final HttpLimits LIMITS = limits(64, 64);
    private static final String PLAYLIST = "/live/show/@17/ts/index.m3u8";
    private static final String HELD = "/live/new.m3u8";
    private static final String LONG = "/assets/vendor/hls.min.js";

    private MemoryEdge edge;

    private static HttpLimits limits(int connections, int perAddress) {
        return new HttpLimits(LIMIT, LIMIT, LIMIT, connections, perAddress, 1_000, 2_000, 100);
    }

    private RawHttp2 start() throws IOException {
        return start(LIMITS);
    }

    private RawHttp2 start(HttpLimits limits) throws IOException {
        edge = new MemoryEdge(limits, ProxySources.NONE, FamiliarUrls.NONE);
        return new RawHttp2(edge.port);
    }

    @AfterEach
    void othersAreServedAndNothingIsHeld() {
        // Until the edge has seen that the test's connection is closed, there may be no place for another one.
        await().ignoreExceptionsInstanceOf(IOException.class).until(this::servesOthers);
        await().until(() -> edge.requestBytes() == 0);
        edge.close();
    }

    private boolean servesOthers() throws IOException {
        try (var other = new RawHttp2(edge.port, "127.0.0.9", 0)) {
            return other.response(other.get(PLAYLIST)).status() == 200;
        }
    }

    @Test
    void streamsAboveLimitAreRefused() throws IOException {
        try (RawHttp2 http = start(limits(1_000, 1_000))) {
            int first = http.get(HELD);
            for (int i = 1; i < Http2Connection.STREAMS_LIMIT; i++) {
                http.get(HELD);
            }
            int over = http.get(HELD);
            RawHttp2.Frame reset = http.await(RawHttp2.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(over);
            assertThat(reset.number(0)).isEqualTo(RawHttp2.REFUSED_STREAM);
            http.reset(first);
            assertThat(http.response(http.get(PLAYLIST)).status()).isEqualTo(200);
        }
    }

    /** CVE-2023-44487. */
    @Test
    void rapidResetEndsConnection() throws IOException {
        try (RawHttp2 http = start()) {
            cancel(http, 2 * Http2Pipeline.RESETS);
            http.awaitClose();
        }
        await().until(() -> edge.closed(HttpCloseReason.FLOOD) == 1);
        await().until(() -> edge.clock.alarms() == 0);
    }

    private static void cancel(RawHttp2 http, int times) throws IOException {
        try {
            for (int i = 0; i < times; i++) {
                http.reset(http.get(HELD));
            }
        } catch (SocketException _) {
            // It was disconnected.
        }
    }

    /** A proxy cancels on behalf of many clients. */
    @Test
    void trustedProxyMayCancelMore() throws IOException {
        edge = new MemoryEdge(LIMITS, ProxySources.parse("127.0.0.1"), FamiliarUrls.NONE);
        try (RawHttp2 http = new RawHttp2(edge.port)) {
            cancel(http, 2 * Http2Pipeline.RESETS);
            assertThat(http.response(http.get(PLAYLIST)).status()).isEqualTo(200);
        }
    }

    /** Otherwise a client could reach, past the proxy's rules, whatever it wants. */
    @Test
    void trustedProxyIsNotUpgraded() throws IOException {
        edge = new MemoryEdge(LIMITS, ProxySources.parse("127.0.0.1"), FamiliarUrls.NONE);
        String[] upgrade = {"Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAQAAQAA"};
        try (var proxy = new RawHttp(edge.port); var other = new RawHttp(edge.port, "127.0.0.2", 0)) {
            assertThat(proxy.get(PLAYLIST, upgrade).read().status()).isEqualTo(200);
            assertThat(proxy.get(PLAYLIST).read().status()).isEqualTo(200);
            assertThat(other.get(PLAYLIST, upgrade).read().status()).isEqualTo(101);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16_384})
    void continuationFloodEndsConnection(int bytes) throws IOException {
        try (RawHttp2 http = start()) {
            int stream = http.get(PLAYLIST);
            http.response(stream);
            try {
                http.frame(RawHttp2.HEADERS, RawHttp2.END_STREAM, stream + 2);
                for (int i = 0; i < 1_000; i++) {
                    http.frame(RawHttp2.CONTINUATION, 0, stream + 2, new byte[bytes]);
                }
            } catch (SocketException _) {
                // It was disconnected.
            }
            http.awaitClose();
        }
        await().until(() -> edge.closed(HttpCloseReason.FLOOD) + edge.closed(HttpCloseReason.MALFORMED) == 1);
    }

    /** PRIORITY, SETTINGS, PING, WINDOW_UPDATE, and a type that is not defined. */
    @ParameterizedTest
    @ValueSource(ints = {2, RawHttp2.SETTINGS, RawHttp2.PING, RawHttp2.WINDOW_UPDATE, 66})
    void floodOfControlFramesEndsConnection(int type) throws IOException {
        byte[] payload = switch (type) {
            case RawHttp2.SETTINGS -> new byte[0];
            case RawHttp2.PING -> new byte[8];
            case RawHttp2.WINDOW_UPDATE -> RawHttp2.number(1);
            default -> new byte[5];
        };
        try (RawHttp2 http = start()) {
            // Less SETTINGS in the preface, and WINDOW_UPDATE for the response.
            for (int i = 10; i < Http2Pipeline.CONTROL_FRAMES; i++) {
                http.frame(type, 0, type == 2 ? 1 : 0, payload);
            }
            assertThat(http.response(http.get("/api/v1/streams")).status()).as("below the limit").isEqualTo(200);
            edge.clock.pass(Duration.ofNanos(FrameQuota.WINDOW_NANOS));
            // More than for the bytes of the acknowledgements, and at once, since the server does not wait long.
            var flood = new ByteArrayOutputStream();
            for (int i = 0; i < 2 * Http2Pipeline.CONTROL_FRAMES; i++) {
                flood.writeBytes(RawHttp2.encode(type, 0, type == 2 ? 1 : 0, payload));
            }
            assertThat(http.bytes(flood.toByteArray()).awaitClose()).isEqualTo(RawHttp2.ENHANCE_YOUR_CALM);
        } catch (Exception e) {
            throw new IOException(e);
        }
        assertThat(edge.closed(HttpCloseReason.FLOOD)).isEqualTo(1);
    }

    @Test
    void streamWhoseClientGivesNoCreditIsReset() throws Exception {
        try (RawHttp2 http = start()) {
            http.setting(RawHttp2.SETTINGS_INITIAL_WINDOW_SIZE, 0);
            int blocked = http.get(LONG);
            http.await(RawHttp2.HEADERS);
            int slow = http.get(LONG);
            http.await(RawHttp2.HEADERS);
            for (int third = 0; third < 3; third++) {
                http.frame(RawHttp2.WINDOW_UPDATE, 0, slow, RawHttp2.number(Http2Stream.PIECE_BYTES))
                        .frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.number(Http2Stream.PIECE_BYTES));
                int received = 0;
                while (received < Http2Stream.PIECE_BYTES) {
                    received += http.await(RawHttp2.DATA).payload().length;
                }
                edge.clock.pass(LIMIT.dividedBy(3));
            }
            RawHttp2.Frame reset = http.await(RawHttp2.RST_STREAM);
            assertThat(reset.stream()).isEqualTo(blocked);
            assertThat(edge.closed(HttpCloseReason.BLOCKED)).isEqualTo(1);
            http.reset(slow).setting(RawHttp2.SETTINGS_INITIAL_WINDOW_SIZE, 65_535);
            assertThat(http.response(http.get("/api/v1/streams")).status()).as("the connection remains").isEqualTo(200);
        }
    }

    @Test
    void peerThatReadsNothingIsDisconnected() throws Exception {
        start(limits(1_000, 1_000)).close();
        try (var http = new RawHttp2(edge.port, "127.0.0.1", 4_096)) {
            http.setting(RawHttp2.SETTINGS_INITIAL_WINDOW_SIZE, Integer.MAX_VALUE)
                    .frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.number(Integer.MAX_VALUE - 65_535));
            for (int i = 0; i < Http2Connection.STREAMS_LIMIT; i++) {
                http.get(LONG);
            }
            // Its streams may be reset before the connection is closed.
            await().until(() -> {
                edge.clock.pass(LIMIT.dividedBy(3));
                return edge.closed(HttpCloseReason.BLOCKED) > 0 && edge.requestBytes() == 0;
            });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void incompleteRequestTimesOutWhileAnotherIsHeld(boolean whole) throws Exception {
        try (RawHttp2 http = start()) {
            http.get(HELD);
            await().until(() -> edge.log.watched.contains("live/new"));
            byte[] headers = RawHttp2.encode(RawHttp2.HEADERS, RawHttp2.END_STREAM, 3, new byte[10]);
            http.bytes(whole ? headers : java.util.Arrays.copyOf(headers, 12));
            await().until(() -> {
                edge.clock.pass(LIMIT.dividedBy(3));
                return edge.closed(HttpCloseReason.HEADER_TIMEOUT) == 1;
            });
            http.awaitClose();
        }
    }

    @Test
    void connectionWithoutRequestTimesOut() throws Exception {
        try (RawHttp2 http = start()) {
            http.frame(RawHttp2.PING, 0, 0, new byte[8]).await(RawHttp2.PING);
            edge.clock.pass(LIMIT);
            http.awaitClose();
            assertThat(edge.closed(HttpCloseReason.HEADER_TIMEOUT)).isEqualTo(1);
        }
    }

    @Test
    void idleConnectionIsClosedInSpiteOfPings() throws Exception {
        try (RawHttp2 http = start()) {
            http.response(http.get(PLAYLIST));
            // The client has the response before the event loop has closed the stream, which it does before these.
            for (int turn = 0; turn < 2; turn++) {
                http.frame(RawHttp2.PING, 0, 0, new byte[8]).await(RawHttp2.PING);
            }
            for (int half = 0; half < 2; half++) {
                edge.clock.pass(LIMIT.dividedBy(2).minusMillis(1));
                http.frame(RawHttp2.PING, 0, 0, new byte[8]).await(RawHttp2.PING);
            }
            assertThat(edge.closed(HttpCloseReason.IDLE)).isZero();
            edge.clock.pass(Duration.ofMillis(2));
            assertThat(http.awaitClose()).isEqualTo(RawHttp2.NO_ERROR);
            assertThat(edge.closed(HttpCloseReason.IDLE)).isEqualTo(1);
        }
    }

    @Test
    void streamsCountAsConnections() throws Exception {
        try (RawHttp2 http = start(limits(3, 64))) {
            int first = http.get(HELD);
            http.get(HELD);
            RawHttp2.Response refused = http.response(http.get(PLAYLIST));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.headers()).containsEntry("retry-after", "5").doesNotContainKey("connection");
            http.reset(first);
            assertThat(http.response(http.get(PLAYLIST)).status()).isEqualTo(200);
        }
        assertThat(edge.closed(HttpCloseReason.TOO_MANY)).isEqualTo(1);
    }

    @Test
    void streamsCountForTheirAddress() throws Exception {
        try (RawHttp2 http = start(limits(64, 3)); var other = new RawHttp2(edge.port, "127.0.0.2", 0)) {
            int first = http.get(HELD);
            http.get(HELD);
            assertThat(http.response(http.get(PLAYLIST)).status()).isEqualTo(429);
            assertThat(other.response(other.get(PLAYLIST)).status()).isEqualTo(200);
            http.reset(first);
            assertThat(http.response(http.get(PLAYLIST)).status()).isEqualTo(200);
        }
        assertThat(edge.closed(HttpCloseReason.TOO_MANY_OF_ADDRESS)).isEqualTo(1);
    }

    @Test
    void requestLengthIsLimited() throws Exception {
        int pathBytes = 1_000 - "GET  HTTP/1.1".length();
        int valueBytes = 2_000 - "host: edge\r\nx: \r\n".length();
        try (RawHttp2 http = start()) {
            assertThat(http.response(http.get("/" + "a".repeat(pathBytes - 1))).status()).isEqualTo(404);
            assertThat(http.response(http.get("/" + "a".repeat(pathBytes))).status()).isEqualTo(414);
            assertThat(http.response(http.get("/", "x", "a".repeat(valueBytes))).status()).isEqualTo(200);
            assertThat(http.response(http.get("/", "x", "a".repeat(valueBytes + 1))).status()).isEqualTo(431);
            assertThat(http.response(http.get("/", many(99))).status()).isEqualTo(200);
            assertThat(http.response(http.get("/", many(100))).status()).isEqualTo(431);
            assertThat(edge.closed(HttpCloseReason.OVER_LIMIT)).isEqualTo(3);
        }
        try (RawHttp2 http = new RawHttp2(edge.port)) {
            http.get("/", "x", "a".repeat(200_000));
            http.awaitClose();
        } catch (SocketException _) {
            // It was disconnected while it was sending.
        }
    }

    private static String[] many(int count) {
        List<String> headers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            headers.addAll(List.of("a", "b"));
        }
        return headers.toArray(String[]::new);
    }

    @Test
    void countsMemoryOfOpenStreams() throws Exception {
        try (RawHttp2 http = start()) {
            for (int i = 0; i < 50; i++) {
                http.get(HELD, many(90));
            }
            await().until(() -> edge.requestBytes() > Http2Connection.CONNECTION_BYTES
                    + 50L * (Http2Stream.STREAM_BYTES + 90 * 128));
        }
    }

    /** RFC 9113, 8.1.1. */
    @Test
    void malformedRequestsEndTheirStreamsOnly() throws Exception {
        try (RawHttp2 http = start()) {
            for (List<String> head : Http2RequestCheckTest.MALFORMED) {
                int stream = http.send(RawHttp2.block(head), RawHttp2.END_STREAM);
                RawHttp2.Frame reset = http.await(RawHttp2.RST_STREAM);
                assertThat(reset.stream()).isEqualTo(stream);
                assertThat(reset.number(0)).isEqualTo(RawHttp2.PROTOCOL_ERROR);
            }
            assertThat(http.response(http.get(PLAYLIST)).status()).isEqualTo(200);
        }
        assertThat(edge.closed(HttpCloseReason.MALFORMED)).isPositive();
    }

    @Test
    void violationsEndConnection() throws Exception {
        start().close();
        for (byte[] violation : List.of(RawHttp2.encode(RawHttp2.DATA, 0, 0),
                RawHttp2.encode(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 2, (byte) 0x82),
                new byte[]{0, 0x40, 1, 0, 0, 0, 0, 0, 1})) {
            try (var http = new RawHttp2(edge.port)) {
                assertThat(http.bytes(violation).awaitClose()).isNotEqualTo(RawHttp2.NO_ERROR);
            }
        }
        assertThat(edge.closed(HttpCloseReason.MALFORMED)).isEqualTo(3);
    }
}
