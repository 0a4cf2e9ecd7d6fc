package io.millrace.platform.rtmp;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.media.rtmp.MediaKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hostile input of docs/protocols.md for handshake, chunks and AMF, on sockets: each item closes its own connection, and a
 * stream that is published at the same time loses nothing.
 */
class HostileInputTest {
    private static final int MESSAGES_BETWEEN = 5;
    private static final byte[] HANDSHAKE = new byte[1 + 2 * 1536];

    static {
        HANDSHAKE[0] = 3;
    }

    record Case(String name, byte[] bytes) {}

    private static final List<Case> CASES = List.of(
            new Case("HTTP", "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)),
            new Case("TLS", hex("16 0301 0200 01")), new Case("RTMPE", hex("06")),
            new Case("another version", hex("7f")),
            new Case("length 16 777 215", chunks("04 000000 ffffff 09 01000000")),
            new Case("65 599 csids", csids()), new Case("fmt 3 first", chunks("c3")),
            new Case("fmt change inside a message", chunks("04 000000 000081 08 01000000" + "00".repeat(128) + "04")),
            new Case("chunk size 0", chunks("02 000000 000004 01 00000000 00000000")),
            new Case("chunk size 1", chunks("02 000000 000004 01 00000000 00000001")),
            new Case("chunk size 127", chunks("02 000000 000004 01 00000000 0000007f")),
            new Case("chunk size with the top bit", chunks("02 000000 000004 01 00000000 ffffffff")),
            new Case("a storm of aborts",
                    chunks("02 000000 000004 02 00000000 00000002" + "c2 00000002".repeat(20_000))),
            new Case("a storm of empty messages", chunks("04 000000 000000 08 01000000" + "c4".repeat(70_000))),
            new Case("noise before connect", chunks("04 000000 040000 08 01000000" + noise(70_000))),
            new Case("arrays in arrays", command("0a00000001".repeat(100_000 / 5 / 2))),
            new Case("an array of 2^32 - 1", command("0affffffff")),
            new Case("a reference to itself", command("03 0001 61 070000")),
            new Case("an object without an end, of a key of 64 KiB", command("03 ffff" + "61".repeat(40_000))),
            new Case("movieclips", command("04")),
            new Case("AMF3 in AMF3's arrays", command("11" + "090301".repeat(500))),
            new Case("a number for a name", chunks("03 000000 000009 14 00000000 00 7ff8000000000000")),
            new Case("type 17 of nothing", chunks("03 000000 000000 11 00000000")),
            new Case("random bytes", chunks(noise(200_000))));

    private final RecordingApplication application = new RecordingApplication();
    private final RtmpServer server = new RtmpServer(application, new RtmpMeters(new SimpleMeterRegistry()),
            PatientLimits.SETTINGS);

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void closesOnlyItsOwnConnection() throws Exception {
        int port = server.bind("127.0.0.1", 0);
        int sent = 0;
        try (RtmpClient good = PatientLimits.publish(URI.create("rtmp://127.0.0.1:" + port + "/live/good"))) {
            for (Case hostile : CASES) {
                try (Socket socket = new Socket("127.0.0.1", port)) {
                    for (int i = 0; i < MESSAGES_BETWEEN; i++) {
                        good.send(MediaKind.AUDIO, sent, ByteBuffer.allocate(4).putInt(sent++).flip());
                    }
                    assertThat(isEnded(socket, hostile.bytes())).as(hostile.name()).isTrue();
                }
            }
            for (int i = 0; i < sent; i++) {
                RecordingApplication.Message message = RecordingApplication.awaitNext(application.messages);
                assertThat(message.body().getInt(message.body().position())).isEqualTo(i);
            }
        }
        assertThat(application.publishers).hasSize(1);
    }

    /** After publish, because media is skipped unread before it. */
    @Test
    void malformedAggregateEndsPublish() throws Exception {
        int port = server.bind("127.0.0.1", 0);
        Socket socket = new Socket("127.0.0.1", port);
        try (SocketPublisher publisher = SocketPublisher.publish(socket)) {
            publisher.send(7);
            assertThat(RecordingApplication.awaitNext(application.messages).timestampMs()).isEqualTo(7);
            assertThat(isEnded(socket, hex("07 000000 00000c 16 01000000 08 ffffff 000000 00 000000 00"))).isTrue();
        }
    }

    /** Returns whether the server closes: with the end of the stream, or with a reset if it has left input unread. */
    private static boolean isEnded(Socket socket, byte[] bytes) throws IOException {
        socket.setSoTimeout(120_000);
        try {
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            socket.getInputStream().readAllBytes();
            return true;
        } catch (SocketException _) {
            return true;
        }
    }

    private static byte[] chunks(String hex) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(HANDSHAKE);
        out.writeBytes(hex(hex));
        return out.toByteArray();
    }

    /** Returns a connect command whose object is {@code hex}, in one chunk. */
    private static byte[] command(String hex) {
        byte[] body = hex(text("connect") + "003ff0000000000000" + hex);
        return chunks("02 000000 000004 01 00000000 00ffffff 03 000000 %06x 14 00000000".formatted(body.length)
                + HexFormat.of().formatHex(body));
    }

    private static byte[] csids() {
        StringBuilder hex = new StringBuilder();
        for (int csid = 64; csid < 200; csid++) {
            hex.append("01%02x00".formatted(csid - 64)).append("000000 000001 08 00000000 00");
        }
        return chunks(hex.toString());
    }

    private static String noise(int sizeBytes) {
        byte[] noise = new byte[sizeBytes];
        new SplittableRandom(7).nextBytes(noise);
        return HexFormat.of().formatHex(noise);
    }

    private static String text(String text) {
        return "02%04x".formatted(text.length())
                + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
}
