package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.RtmpLimits;
import io.millrace.platform.net.MemoryBudget;
import io.millrace.platform.net.ProxySources;
import io.millrace.platform.publish.PublishSink;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static io.millrace.platform.rtmp.RecordingApplication.awaitNext;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Peers that connect and never get as far as publishing, while another publisher is active: they are disconnected, the
 * publisher loses nothing, and memory usage stays bounded.
 */
class HostileConnectionsTest {
    private static final int UNAUTHENTICATED = 500;
    private static final int IDLE_CONNECTIONS = 10_000;
    /** Each incomplete handshake takes 1.5 kB, and a part of one of Netty's chunks. */
    private static final long HEAP_BYTES = 32L << 20;
    /** Short enough for hostile peers to exceed. A publisher retries until it connects in time; afterwards, no short limit applies to it. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final RecordingApplication application = new RecordingApplication();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ClosedConnections closed = new ClosedConnections(registry);
    private final List<Socket> sockets = new ArrayList<>();
    private RtmpServer server;
    private int port;
    private RtmpClient publisher;
    private int sent;

    /** Starts the server and the publisher that must not be affected. */
    private void serve(ConnectionLimits limits) throws Exception {
        server = new RtmpServer(application, new RtmpMeters(registry),
                new RtmpServerSettings(null, ProxySources.NONE, limits));
        port = server.bind("127.0.0.1", 0);
        publisher = publish("live/show");
    }

    private static ConnectionLimits shortTimes(int unauthenticated) {
        ConnectionLimits patient = PatientLimits.LIMITS;
        return new ConnectionLimits(SHORT, SHORT, SHORT, patient.idle(), patient.blocked(), 1_000, unauthenticated,
                RtmpLimits.DEFAULT);
    }

    /** Retries, because on a slow machine even an honest publisher may exceed the short limits. */
    private RtmpClient publish(String stream) {
        return await().atMost(Duration.ofMinutes(2)).ignoreExceptionsInstanceOf(RtmpException.class).until(
                () -> PatientLimits.publish(URI.create("rtmp://127.0.0.1:" + port + "/" + stream)), Objects::nonNull);
    }

    @AfterEach
    void otherPublisherHasLostNothing() throws Exception {
        try {
            publisher.close();
            for (int i = 0; i < sent; i++) {
                assertThat(awaitNext(application.messages).timestampMs()).isEqualTo(i);
            }
            assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
            server.close();
        }
    }

    @Tag("slow")
    @Test
    void incompleteHandshakesTimeOutAndFreeTheirPlaces() throws Exception {
        serve(shortTimes(3));
        byte[] almost = new byte[1 + 1536 - 1];
        almost[0] = 3;
        for (byte[] hello : new byte[][]{{}, {3}, almost}) {
            open().getOutputStream().write(hello);
        }
        closed.awaitAtLeast(3, "handshake_timeout");
        sockets.forEach(HostileConnectionsTest::assertEnded);
        publish("live/late").close();
        assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
    }

    @Tag("slow")
    @Test
    void tricklingHandshakeTimesOut() throws Exception {
        serve(shortTimes(UNAUTHENTICATED));
        double before = closed.count("handshake_timeout");
        Socket socket = open();
        socket.getOutputStream().write(3);
        await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(1)).until(() -> {
            trickle(socket);
            sendToOther();
            return closed.count("handshake_timeout") > before;
        });
    }

    @Tag("slow")
    @Test
    void handshakeWithoutConnectTimesOut() throws Exception {
        serve(shortTimes(UNAUTHENTICATED));
        double before = closed.count("connect_timeout");
        openAndShakeHands();
        closed.awaitAtLeast((int) before + 1, "connect_timeout");
    }

    @Test
    void closesOtherProtocolsAtFirstByte() throws Exception {
        serve(PatientLimits.LIMITS);
        open().getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
        open().getOutputStream().write("POST /open/1 HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
        open().getOutputStream().write(new byte[]{0x16, 3, 1, 2, 0, 1});
        open().getOutputStream().write(new byte[]{6, 1, 2, 3});
        closed.awaitAtLeast(4, "unsupported");
        open().getOutputStream().write(new byte[]{(byte) 0xFF});
        closed.awaitAtLeast(1, "malformed");
        sockets.forEach(HostileConnectionsTest::assertEnded);
    }

    @Test
    void boundsIdleConnectionsAndTheirMemory() throws Exception {
        boundsIdleConnections(IDLE_CONNECTIONS / 10);
    }

    @Tag("slow")
    @Test
    void boundsTenThousandIdleConnectionsAndTheirMemory() throws Exception {
        boundsIdleConnections(IDLE_CONNECTIONS);
    }

    private void boundsIdleConnections(int connections) throws Exception {
        serve(PatientLimits.of(connections, UNAUTHENTICATED, RtmpLimits.DEFAULT));
        long before = usedHeapBytes();
        for (int i = 0; i < connections; i++) {
            Socket socket = open();
            if (i < UNAUTHENTICATED) {
                socket.getOutputStream().write(new byte[]{3, 0, 0, 0});
            }
        }
        closed.awaitAll(connections - UNAUTHENTICATED);
        assertThat(closed.count("too_many")).isEqualTo(connections - UNAUTHENTICATED);
        assertThat(usedHeapBytes() - before).as("heap for %d connections", connections).isLessThan(HEAP_BYTES);
        for (Socket socket : sockets) {
            socket.close();
        }
        closed.awaitAll(connections);
        try (RtmpClient late = PatientLimits.publish(URI.create("rtmp://127.0.0.1:" + port + "/live/late"))) {
            assertThat(late).as("there is room again").isNotNull();
        }
        assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
    }

    @Test
    void publishersDoNotCountAsUnauthenticated() throws Exception {
        serve(PatientLimits.of(100, 1, RtmpLimits.DEFAULT));
        Socket oldest = openAndShakeHands();
        Socket newest = openAndShakeHands();
        assertEnded(oldest);
        closed.awaitAtLeast(1, "too_many");
        newest.close();
        closed.awaitAtLeast(1, "peer_closed");
        openAndShakeHands();
        assertThat(closed.count("too_many")).isEqualTo(1);
    }

    @Test
    void limitsConnectionsPerAddress() throws Exception {
        serve(PatientLimits.of(2, 100, RtmpLimits.DEFAULT));
        Socket second = openAndShakeHands();
        assertEnded(open());
        closed.awaitAtLeast(1, "too_many_of_address");
        sockets.add(new Socket("127.0.0.1", port, java.net.InetAddress.getByName("127.0.0.2"), 0));
        second.close();
        closed.awaitAtLeast(1, "peer_closed");
        assertThat(closed.count("too_many_of_address")).isEqualTo(1);
    }

    /** Each peer declares a command of 64 KiB and never completes it, as in bench/attack.sh. */
    @Test
    void incompleteCommandsOfAllPeersShareOneBudget() throws Exception {
        MemoryBudget budget = serveWithin(256 * 1024);
        byte[] begun = begun("030000000100001400000000");
        for (int i = 0; i < 20; i++) {
            openAndShakeHands().getOutputStream().write(begun);
        }
        closed.awaitAtLeast(1, "over_limit");
        assertNothingIsLeft(budget, 20);
    }

    @Test
    void incompleteVideoWithoutPublishTakesNoMemory() throws Exception {
        MemoryBudget budget = serveWithin(256 * 1024);
        for (int i = 0; i < 20; i++) {
            connect().getOutputStream().write(begunVideo(4), 0, 12);
        }
        closed.awaitAll(20);
        assertThat(closed.count("malformed")).isEqualTo(20);
        assertNothingIsLeft(budget, 20);
        assertThat(closed.count("memory") + closed.count("over_limit")).isZero();
    }

    /**
     * These peers are accepted publishers, so they lose their incomplete messages and not their connections. The publisher that was
     * there before them loses nothing.
     */
    @Test
    void incompleteVideoOfPublishersIsDroppedWithoutClosing() throws Exception {
        try (var log = new ServerLog()) {
            beginVideoOfManyPublishers();
            assertThat(log.lines()).anyMatch(
                    line -> line.getFormattedMessage().contains("dropped an incomplete message"));
        }
    }

    private void beginVideoOfManyPublishers() throws Exception {
        MemoryBudget budget = serveWithin(1 << 20, 4 << 10);
        int count = 20;
        List<Socket> publishers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket greedy = connect();
            greedy.getOutputStream().write(command(1, text("publish") + number(3) + "05" + text("greedy" + i)));
            publishers.add(greedy);
        }
        await().atMost(Duration.ofMinutes(2)).until(() -> application.requests.size() == count + 1);
        for (Socket greedy : publishers) {
            for (int csid = 4; csid < 7; csid++) {
                greedy.getOutputStream().write(begunVideo(csid));
            }
            greedy.getOutputStream().write(command(0, text("createStream") + number(9) + "05"));
        }
        for (Socket greedy : publishers) {
            awaitAnswer(greedy, number(9));
        }
        int begun = 3 * count;
        long eachBytes = 64 << 10;
        await().atMost(Duration.ofMinutes(2)).until(() -> dropped() == begun - budget.bytes() / eachBytes);
        assertThat(budget.bytes()).isPositive().isLessThanOrEqualTo(1 << 20);
        assertThat(application.ends).as("closed publishers").isEmpty();
        sendToOther();
        for (Socket socket : sockets) {
            socket.close();
        }
        closed.awaitAll(count);
        assertThat(closed.count("memory") + closed.count("over_limit")).isZero();
        await().atMost(Duration.ofMinutes(2)).until(() -> application.ends.size() == count);
        application.ends.clear();
        await().atMost(Duration.ofMinutes(2)).until(() -> budget.bytes() == 0);
    }

    private double dropped() {
        return registry.get("millrace.dropped").tag("stage", "rtmp").tag("reason", "media_without_memory").counter()
                .count();
    }

    /** The budget has room for two reserves: the third publisher is refused, and the first two keep theirs. */
    @Test
    void refusesPublisherWithoutMemory() throws Exception {
        serveWithin(4 << 10, 1_500);
        RtmpClient second = publish("live/second");
        assertThatThrownBy(() -> PatientLimits.publish(URI.create("rtmp://127.0.0.1:" + port + "/live/third")))
                .isInstanceOf(RtmpException.class).hasMessageContaining("no memory for another publisher");
        assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.CLOSED_BY_SERVER);
        sendToOther();
        second.close();
        assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
        closed.awaitAll(2);
        publish("live/third").close();
        assertThat(awaitNext(application.ends).end()).isEqualTo(PublishSink.End.UNPUBLISHED);
        assertThat(closed.count("memory")).isEqualTo(1);
    }

    private MemoryBudget serveWithin(long limitBytes) throws Exception {
        return serveWithin(limitBytes, 0);
    }

    private MemoryBudget serveWithin(long limitBytes, long reserveBytes) throws Exception {
        MemoryBudget budget = new MemoryBudget(limitBytes, reserveBytes);
        server = new RtmpServer(application, new RtmpMeters(registry),
                new RtmpServerSettings(null, ProxySources.NONE, PatientLimits.LIMITS, budget));
        port = server.bind("127.0.0.1", 0);
        publisher = publish("live/show");
        return budget;
    }

    private void assertNothingIsLeft(MemoryBudget budget, int strangers) throws Exception {
        sendToOther();
        for (Socket socket : sockets) {
            socket.close();
        }
        closed.awaitAll(strangers);
        assertThat(budget.bytes()).isZero();
    }

    /** Opens a connection, and sends connect and createStream. */
    private Socket connect() throws IOException {
        Socket socket = openAndShakeHands();
        socket.getOutputStream().write(command(0, text("connect") + number(1) + "03" + field("app") + text("live")
                + "000009"));
        socket.getOutputStream().write(command(0, text("createStream") + number(2) + "05"));
        return socket;
    }

    private static byte[] begunVideo(int csid) {
        return begun("%02x0000008000000901000000".formatted(csid));
    }

    /** Returns a message header and the first 33 KiB of its body, in whole chunks of 128 bytes. */
    private static byte[] begun(String header) {
        byte[] begun = new byte[12 + 128 + 263 * 129];
        System.arraycopy(HexFormat.of().parseHex(header), 0, begun, 0, 12);
        for (int i = 12 + 128; i < begun.length; i += 129) {
            begun[i] = (byte) (0xC0 | begun[0]);
        }
        return begun;
    }

    /** Waits for the answer to a command; the server has then read everything that was sent before it. */
    private static void awaitAnswer(Socket socket, String transaction) throws IOException {
        StringBuilder answers = new StringBuilder();
        while (answers.indexOf(transaction) < 0) {
            int next = socket.getInputStream().read();
            assertThat(next).as("an answer after %s", answers).isNotNegative();
            answers.append("%02x".formatted(next));
        }
    }

    private static byte[] command(int streamId, String body) {
        assertThat(body.length() / 2).as("one chunk").isLessThanOrEqualTo(128);
        return HexFormat.of().parseHex("03000000%06x14%02x000000".formatted(body.length() / 2, streamId) + body);
    }

    private static String text(String text) {
        return "02" + field(text);
    }

    private static String field(String text) {
        return "%04x".formatted(text.length())
                + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String number(double number) {
        return "00%016x".formatted(Double.doubleToLongBits(number));
    }

    private Socket open() throws IOException {
        if (sockets.size() % 100 == 0) {
            sendToOther();
        }
        Socket socket = new Socket("127.0.0.1", port);
        sockets.add(socket);
        return socket;
    }

    /** Returns once the server has answered, so that connections are accepted in the order of these calls. */
    private Socket openAndShakeHands() throws IOException {
        Socket socket = open();
        socket.getOutputStream().write(3);
        socket.getOutputStream().write(new byte[2 * 1536]);
        assertThat(socket.getInputStream().readNBytes(1 + 2 * 1536)).hasSize(1 + 2 * 1536);
        return socket;
    }

    /** Sends a byte and waits a moment, in which the server sends nothing. */
    private static void trickle(Socket socket) {
        try {
            socket.getOutputStream().write(0);
            socket.setSoTimeout(100);
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (IOException _) {
            // No answer yet, or the server has closed it by now.
        }
    }

    /** Asserts that the server closes: with the end of the stream, or with a reset if it has left input unread. */
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

    private static long usedHeapBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
