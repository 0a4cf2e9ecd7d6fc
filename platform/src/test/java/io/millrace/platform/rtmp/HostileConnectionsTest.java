package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.RtmpLimits;
import io.millrace.platform.net.ProxySources;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static io.millrace.platform.rtmp.RecordingApplication.within10Seconds;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Peers that never come to the point, against a server that has another publisher: they end, it loses nothing, and memory does
 * not grow with them.
 */
@Timeout(60)
class HostileConnectionsTest {
    private static final int UNAUTHENTICATED = 500;
    private static final int IDLE_CONNECTIONS = 10_000;
    /** A handshake under way has its 1.5 kB, and Netty its share of a chunk. */
    private static final long HEAP_BYTES = 32L << 20;
    private static final ConnectionLimits LIMITS = new ConnectionLimits(Duration.ofSeconds(2), Duration.ofSeconds(2),
            Duration.ofSeconds(2), Duration.ofSeconds(15), Duration.ofSeconds(10), 1_000, UNAUTHENTICATED,
            RtmpLimits.DEFAULT);

    private final RecordingApplication application = new RecordingApplication();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final List<Socket> sockets = new ArrayList<>();
    private RtmpServer server;
    private int port;
    private RtmpClient publisher;
    private int sent;

    @BeforeEach
    void publish() throws Exception {
        server = new RtmpServer(application, new RtmpMeters(registry),
                new RtmpServerSettings(null, ProxySources.NONE, LIMITS));
        port = server.bind("127.0.0.1", 0);
        publisher = RtmpClient.publish(URI.create("rtmp://127.0.0.1:" + port + "/live/show"));
    }

    @AfterEach
    void theOtherPublisherHasLostNothing() throws Exception {
        publisher.close();
        for (int i = 0; i < sent; i++) {
            assertThat(within10Seconds(application.messages).timestamp()).isEqualTo(i);
        }
        assertThat(within10Seconds(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
        for (Socket socket : sockets) {
            socket.close();
        }
        server.close();
    }

    @Test
    void unfinishedHandshakesEnd() throws Exception {
        byte[] almost = new byte[1 + 1536 - 1];
        almost[0] = 3;
        for (byte[] hello : new byte[][]{{}, {3}, almost}) {
            open().getOutputStream().write(hello);
        }
        awaitClosed("handshake_timeout", 3);
        sockets.forEach(HostileConnectionsTest::assertEnded);
    }

    @Test
    void aByteNowAndThenIsNoProgress() throws Exception {
        Socket socket = open();
        socket.getOutputStream().write(3);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (closed("handshake_timeout") == 0 && System.nanoTime() < deadline) {
            trickle(socket);
            sendToOther();
        }
        assertThat(closed("handshake_timeout")).isEqualTo(1);
    }

    @Test
    void handshakeAloneEnds() throws Exception {
        openAndShakeHands();
        awaitClosed("connect_timeout", 1);
    }

    @Test
    void otherProtocolsEndAtTheirFirstByte() throws Exception {
        open().getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
        open().getOutputStream().write("POST /open/1 HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
        open().getOutputStream().write(new byte[]{0x16, 3, 1, 2, 0, 1});
        open().getOutputStream().write(new byte[]{6, 1, 2, 3});
        awaitClosed("unsupported", 4);
        open().getOutputStream().write(new byte[]{(byte) 0xFF});
        awaitClosed("malformed", 1);
        sockets.forEach(HostileConnectionsTest::assertEnded);
    }

    @Test
    void idleConnectionsAreBoundedAndTakeNoMemory() throws Exception {
        long before = usedHeapBytes();
        for (int i = 0; i < IDLE_CONNECTIONS; i++) {
            Socket socket = open();
            if (i < UNAUTHENTICATED) {
                socket.getOutputStream().write(new byte[]{3, 0, 0, 0});
            }
        }
        awaitClosed("too_many", 1);
        assertThat(usedHeapBytes() - before).as("heap for %d connections", IDLE_CONNECTIONS).isLessThan(HEAP_BYTES);
        awaitAllClosed(IDLE_CONNECTIONS);
        assertThat(closed("too_many")).isGreaterThanOrEqualTo(UNAUTHENTICATED);
        try (RtmpClient late = RtmpClient.publish(URI.create("rtmp://127.0.0.1:" + port + "/live/late"))) {
            assertThat(late).as("there is room again").isNotNull();
        }
        assertThat(within10Seconds(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
    }

    @Test
    void whoPublishesTakesNoPlaceOfThoseWhoDoNot() throws Exception {
        server.close();
        within10Seconds(application.ends);
        server = new RtmpServer(application, new RtmpMeters(registry), new RtmpServerSettings(null, ProxySources.NONE,
                new ConnectionLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(2),
                        Duration.ofSeconds(15), Duration.ofSeconds(10), 100, 1, RtmpLimits.DEFAULT)));
        port = server.bind("127.0.0.1", 0);
        RtmpClient.publish(URI.create("rtmp://127.0.0.1:" + port + "/live/first")).close();
        within10Seconds(application.ends);
        awaitClosed("peer_closed", 1);
        publisher = RtmpClient.publish(URI.create("rtmp://127.0.0.1:" + port + "/live/show"));
        Socket idle = openAndShakeHands();
        assertEnded(open());
        awaitClosed("too_many", 1);
        idle.close();
        awaitClosed("peer_closed", 2);
        open();
        assertThat(closed("too_many")).isEqualTo(1);
    }

    @Test
    void oneAddressHasItsShareOnly() throws Exception {
        server.close();
        within10Seconds(application.ends);
        server = new RtmpServer(application, new RtmpMeters(registry), new RtmpServerSettings(null, ProxySources.NONE,
                new ConnectionLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(2),
                        Duration.ofSeconds(15), Duration.ofSeconds(10), 2, 100, RtmpLimits.DEFAULT)));
        port = server.bind("127.0.0.1", 0);
        publisher = RtmpClient.publish(URI.create("rtmp://127.0.0.1:" + port + "/live/show"));
        Socket second = openAndShakeHands();
        assertEnded(open());
        awaitClosed("too_many_of_address", 1);
        sockets.add(new Socket("127.0.0.1", port, java.net.InetAddress.getByName("127.0.0.2"), 0));
        second.close();
        awaitClosed("peer_closed", 1);
        assertThat(closed("too_many_of_address")).isEqualTo(1);
    }

    private Socket open() throws IOException {
        if (sockets.size() % 100 == 0) {
            sendToOther();
        }
        Socket socket = new Socket("127.0.0.1", port);
        sockets.add(socket);
        return socket;
    }

    /** By then the server has taken it, whatever comes to its other event loops. */
    private Socket openAndShakeHands() throws IOException {
        Socket socket = open();
        socket.getOutputStream().write(3);
        socket.getOutputStream().write(new byte[2 * 1536]);
        assertThat(socket.getInputStream().readNBytes(1 + 2 * 1536)).hasSize(1 + 2 * 1536);
        return socket;
    }

    /** A byte, and then a moment in which no answer comes. */
    private static void trickle(Socket socket) {
        try {
            socket.getOutputStream().write(0);
            socket.setSoTimeout(100);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (IOException _) {
            // No answer yet, or the server has closed it by now.
        }
    }

    /** The end of the stream, or a reset by a server that did not want to hear more. */
    private static void assertEnded(Socket socket) {
        try {
            assertThat(socket.getInputStream().readAllBytes()).isEmpty();
        } catch (IOException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    private void sendToOther() throws RtmpException {
        publisher.send(MediaKind.VIDEO, sent++, ByteBuffer.wrap(new byte[]{1, 2, 3}));
    }

    private void awaitClosed(String reason, int atLeast) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (closed(reason) < atLeast && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(closed(reason)).as("closed by %s", reason).isGreaterThanOrEqualTo(atLeast);
    }

    private void awaitAllClosed(int count) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (closed() < count && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(closed()).isEqualTo(count);
    }

    private double closed() {
        return registry.find("millrace.connections.closed").counters().stream().mapToDouble(c -> c.count()).sum();
    }

    private double closed(String reason) {
        return registry.get("millrace.connections.closed").tag("reason", reason).counter().count();
    }

    private static long usedHeapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
