import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a stranger may try, with no code of the server: {@code java Attack.java WHAT PORT}. Loopback only, and each ends by itself.
 *
 * <ul>
 * <li>{@code rtmp-partial}: 300 connections, each with three video messages of 8 MiB of which 64 KiB are sent, and a byte more, so
 * that a buffer which grows in steps has to grow.
 * <li>{@code rtmp-published}: the same by connections that publish, each a name of its own.
 * <li>{@code http-pipeline}: 150 connections, each with 16 requests of 1,395 headers of three bytes, and reads nothing.
 * <li>{@code log}: 1,500 connections of nonsense to an RTMP port.
 * <li>{@code http-log}: 1,500 connections, each with 3,000 requests behind one for a stream; the second argument is HTTP's port.
 * </ul>
 */
final class Attack {
    private static final int HOLD_MS = 8_000;
    private static final int PARTIAL_BYTES = 64 * 1024 + 1;

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[1]);
        int connections = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;
        switch (arguments[0]) {
            case "rtmp-partial" -> hold(port, connections == 0 ? 300 : connections, i -> partial(false, i));
            case "rtmp-published" -> hold(port, connections == 0 ? 300 : connections, i -> partial(true, i));
            case "http-pipeline" -> hold(port, connections == 0 ? 150 : connections, i -> pipeline());
            case "log" -> many(port, connections == 0 ? 1_500 : connections, nonsense());
            case "http-log" -> many(port, connections == 0 ? 1_500 : connections, longPipeline());
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private interface Bytes {
        byte[] of(int connection);
    }

    private static void hold(int port, int count, Bytes bytes) throws Exception {
        List<Socket> sockets = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < count; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            byte[] all = bytes.of(i);
            Thread.ofVirtual().start(() -> {
                try {
                    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
                    socket.getOutputStream().write(all);
                } catch (IOException e) {
                    // refused or disconnected: what the server is to do
                }
            });
            Thread.sleep(2);
        }
        Thread.sleep(HOLD_MS);
        for (Socket socket : sockets) {
            socket.setSoTimeout(1);
            try {
                while (socket.getInputStream().read(new byte[65_536]) >= 0) {
                }
                refused++;
            } catch (java.net.SocketTimeoutException e) {
                // still there
            } catch (IOException e) {
                refused++;
            }
            socket.close();
        }
        System.out.println(count + " connections, " + refused + " disconnected by the server");
    }

    private static void many(int port, int count, byte[] bytes) throws Exception {
        for (int i = 0; i < count; i++) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(200);
                OutputStream out = socket.getOutputStream();
                out.write(bytes);
                socket.getInputStream().read();
            } catch (IOException e) {
                // refused
            }
        }
    }

    private static byte[] nonsense() {
        byte[] bytes = new byte[1 + 2 * 1536 + 12];
        bytes[0] = 3;
        bytes[bytes.length - 12] = (byte) 0xC3;
        return bytes;
    }

    private static byte[] pipeline() {
        return ("GET /live/show.flv HTTP/1.1\r\nHost: x\r\n\r\n"
                + ("GET / HTTP/1.1\r\nHost:x\r\n" + "a:b\r\n".repeat(1_395) + "\r\n").repeat(16))
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] longPipeline() {
        return ("GET /live/show.flv HTTP/1.1\r\nHost: x\r\n\r\n" + "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3_000))
                .getBytes(StandardCharsets.US_ASCII);
    }

    /** Handshake, connect, and createStream and publish if wanted; then what begins three messages. */
    private static byte[] partial(boolean publish, int connection) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] handshake = new byte[1 + 2 * 1536];
        handshake[0] = 3;
        out.writeBytes(handshake);
        command(out, 0, text("connect") + number(1) + "03" + field("app") + text("live") + "000009");
        command(out, 0, text("createStream") + number(2) + "05");
        if (publish) {
            command(out, 1, text("publish") + number(3) + "05" + text("attack" + connection) + text("live"));
        }
        out.writeBytes(hex("02000000000004010000000000020000")); // chunks of 128 KiB
        for (int csid = 4; csid < 7; csid++) {
            out.write(csid);
            out.writeBytes(hex("0000008000000901000000"));
            out.writeBytes(new byte[PARTIAL_BYTES]);
        }
        return out.toByteArray();
    }

    private static void command(ByteArrayOutputStream out, int stream, String body) {
        byte[] bytes = hex(body);
        out.write(3);
        out.writeBytes(hex("000000%06x14%02x000000".formatted(bytes.length, stream)));
        for (int i = 0; i < bytes.length; i += 128) {
            if (i > 0) {
                out.write(0xC3);
            }
            out.write(bytes, i, Math.min(128, bytes.length - i));
        }
    }

    private static String text(String text) {
        return "02" + field(text);
    }

    private static String field(String text) {
        return "%04x".formatted(text.length()) + HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String number(double number) {
        return "00%016x".formatted(Double.doubleToLongBits(number));
    }

    private static byte[] hex(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
