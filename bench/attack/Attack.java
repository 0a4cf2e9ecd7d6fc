import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * What strangers may try, with no code of the server: {@code java Attack.java WHAT RTMP_PORT HTTP_PORT ADMIN_PORT [COUNT]}. Loopback only;
 * each ends by itself. Writes how many connections there were, how many bytes they sent, how many of them the server closed, and which
 * statuses HTTP answered.
 */
final class Attack {
    private static final int HOLD_MS = Integer.getInteger("hold", 8_000);
    /** Fewer than one address may have connections, so that only their names are too many. */
    private static final int NAMES_AT_ONCE = 100;
    /** How long connections may take that end by themselves. */
    private static final int PATIENCE_MS = Integer.getInteger("patience", 15_000);
    private static final String HOST = " HTTP/1.1\r\nHost: x\r\n";

    private final int rtmp;
    private final int http;
    private final int admin;
    private final int wanted;

    private Attack(int rtmp, int http, int admin, int wanted) {
        this.rtmp = rtmp;
        this.http = http;
        this.admin = admin;
        this.wanted = wanted;
    }

    public static void main(String[] arguments) throws Exception {
        var attack = new Attack(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]),
                arguments.length > 4 ? Integer.parseInt(arguments[4]) : 0);
        System.out.println(attack.run(arguments[0]));
        System.exit(0);
    }

    private int count(int usual) {
        return wanted == 0 ? usual : wanted;
    }

    private Object run(String what) throws Exception {
        return switch (what) {
            case "none" -> new Crowd(http).leavesAfter(HOLD_MS);
            case "rtmp-idle" -> held(rtmp, 1_500, _ -> new byte[0]);
            case "rtmp-begun" -> held(rtmp, 300, _ -> begunVideos(Rtmp.hello("live", "", ""), 3));
            case "rtmp-commands" -> held(rtmp, 300, i -> begunCommands());
            case "rtmp-amf" -> held(rtmp, 300, i -> amf());
            case "rtmp-published" -> published();
            case "rtmp-early" -> new Encoders(rtmp).early(count(300), HOLD_MS);
            case "rtmp-again" -> new Encoders(rtmp).again(count(1_000), HOLD_MS, PATIENCE_MS);
            case "rtmp-questions" -> new Encoders(rtmp).questions(count(200), HOLD_MS);
            case "rtmp-players" -> held(rtmp, 200, i -> Rtmp.hello("live", "play", "show" + i % 3));
            case "names" -> names();
            case "rings" -> rings();
            case "http-half" -> held(http, 2_000, _ -> ascii("GET /live/show0.m3u8" + HOST + "X-Half: "));
            case "http-held" -> requestsThatAreHeld();
            case "http-pipeline" -> held(http, 150, _ -> pipeline());
            case "http-websocket" -> held(http, 200, i -> webSocket(i % 3));
            case "http-slow-flv" -> held(http, 300, i -> ascii("GET /live/show" + i % 3 + ".flv" + HOST + "\r\n"));
            case "http-slow-lists" -> held(http, 500, _ -> ascii(("GET /api/v1/streams" + HOST + "\r\n").repeat(50)));
            case "http-slow-playlists" -> held(http, 500, i -> ascii(("GET /live/show" + i % 3 + ".m3u8" + HOST + "\r\n").repeat(200)));
            case "http-agents" -> held(http, 1, _ -> agents());
            case "http-past" -> past(_ -> ascii("GET /live/show0.flv?start=-10s" + HOST + "\r\n"), 150);
            case "http-moments" -> past(i -> ascii("GET /live/show0.m3u8?start="
                    + Instant.ofEpochMilli(System.currentTimeMillis() - 20_000 + i) + HOST + "\r\n"), 1_000);
            case "http-body" -> held(http, 300, _ -> ascii("POST /" + HOST + "Content-Length: 100000000\r\n\r\n" + "a".repeat(500_000)));
            case "admin-half" -> held(admin, 300, _ -> ascii("GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Half: "));
            case "logs" -> logs();
            default -> throw new IllegalArgumentException(what);
        };
    }

    private Crowd held(int port, int usual, Crowd.Bytes bytes) throws Exception {
        Crowd crowd = new Crowd(port);
        return crowd.all(count(usual), 1_000, HOLD_MS, crowd.sends(bytes)).leavesAfter(HOLD_MS);
    }

    private Crowd past(Crowd.Bytes bytes, int usual) throws Exception {
        Crowd crowd = new Crowd(http);
        return crowd.all(count(usual), 1_000, HOLD_MS, crowd.sendsAndReads(bytes, 5_000)).leavesAfter(0);
    }

    /** Two requests on each connection for the playlist of a stream that has no segment: the server holds the first. */
    private Crowd requestsThatAreHeld() throws Exception {
        String request = "GET /live/held.m3u8" + HOST + "\r\n";
        try (Socket _ = new Encoders(rtmp).silent("held")) {
            awaitHeld(ascii(request));
            Crowd crowd = new Crowd(http);
            int patienceMs = 3 * HOLD_MS / 2;
            return crowd.all(count(2_000), 1_000, patienceMs,
                    crowd.sendsAndReads(_ -> ascii(request.repeat(2)), patienceMs)).leavesAfter(0);
        }
    }

    /** Until the server has heard of the stream: before that, it answers at once. */
    private void awaitHeld(byte[] request) throws IOException {
        while (true) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), http)) {
                socket.setSoTimeout(1_000);
                socket.getOutputStream().write(request);
                socket.getInputStream().read();
            } catch (SocketTimeoutException _) {
                return;
            }
        }
    }

    /** Both at the same time, within 15 s: nonsense by RTMP, and by HTTP 3,000 requests behind one for a stream. */
    private Crowd logs() throws Exception {
        int withinMs = Math.min(13_000, 2 * HOLD_MS);
        Crowd nonsense = new Crowd(rtmp);
        Crowd pipelines = new Crowd(http);
        int each = count(1_500);
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                byte[] bytes = new byte[1 + 2 * 1536 + 12];
                bytes[0] = 3;
                bytes[bytes.length - 12] = (byte) 0xC3;
                nonsense.all(each, withinMs, PATIENCE_MS, nonsense.sendsAndReads(_ -> bytes, 200));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        byte[] requests = ascii("GET /live/show0.flv" + HOST + "\r\n" + ("GET /" + HOST + "\r\n").repeat(3_000));
        // What they would read after that never ends.
        pipelines.all(each, withinMs, PATIENCE_MS, pipelines.sendsAndReadsSome(_ -> requests, 65_536));
        other.join();
        nonsense.leavesAfter(0);
        return pipelines.leavesAfter(0);
    }

    /** Connection after connection of one address publishes a name of its own, with one frame of sound. */
    private Crowd names() throws Exception {
        ByteArrayOutputStream media = new ByteArrayOutputStream();
        media.writeBytes(Rtmp.message(4, 0, Rtmp.AUDIO, Rtmp.audioConfig()));
        media.writeBytes(Rtmp.message(4, 20, Rtmp.AUDIO, Rtmp.audioFrame(64)));
        Crowd crowd = new Crowd(rtmp, Integer.MAX_VALUE, 2);
        int count = count(1_000);
        for (int begin = 0; begin < count; begin += NAMES_AT_ONCE) {
            int first = begin;
            crowd.all(Math.min(NAMES_AT_ONCE, count - first), HOLD_MS * NAMES_AT_ONCE / count, PATIENCE_MS, (socket, i) -> {
                try (socket) {
                    crowd.send(socket, Rtmp.hello("live", "publish", "name" + (first + i)));
                    crowd.send(socket, media.toByteArray());
                    socket.setSoTimeout(PATIENCE_MS);
                    Rtmp.awaitStatus(socket.getInputStream());
                }
            });
        }
        return crowd;
    }

    /** Twelve publishers of 1 MB/s each, whose streams are watched by FLV and by RTMP as soon as they are there. */
    private Crowd rings() throws Exception {
        int publishers = count(12);
        Crowd crowd = new Crowd(rtmp);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                Thread.sleep(5_000);
                var viewers = new Crowd(http);
                viewers.all(2 * publishers, 500, 2 * HOLD_MS, viewers.sendsAndReads(
                        i -> ascii("GET /live/large" + i % publishers + ".flv" + HOST + "\r\n"), 10_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        long endNanos = System.nanoTime() + (5_000L + 2L * HOLD_MS) * 1_000_000;
        return crowd.all(publishers, 500, 4 * HOLD_MS, (socket, i) -> {
            crowd.send(socket, Rtmp.hello("live", "publish", "large" + i));
            crowd.send(socket, Rtmp.chunkSize(1 << 18));
            crowd.send(socket, Rtmp.message(4, 0, Rtmp.AUDIO, Rtmp.audioConfig()));
            for (int ms = 0; System.nanoTime() < endNanos; ms += 125) {
                crowd.send(socket, Rtmp.message(4, ms, Rtmp.AUDIO, Rtmp.audioFrame(1 << 17)));
                Thread.sleep(125);
            }
        }).leavesAfter(0);
    }

    /** The same by connections that publish, each a name of its own, and eight messages of each. */
    private Crowd published() throws Exception {
        Crowd crowd = new Crowd(rtmp);
        return crowd.all(count(200), 1_000, PATIENCE_MS, (socket, i) -> {
            crowd.send(socket, Rtmp.hello("live", "publish", "begun" + i));
            Encoders.awaitStart(socket);
            crowd.send(socket, begunVideos(new byte[0], 8));
        }).leavesAfter(HOLD_MS);
    }

    /** Begins video messages of 8 MiB: 64 KiB of each, and a byte more, so that a buffer which grows in steps has to grow. */
    private static byte[] begunVideos(byte[] hello, int count) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(hello);
        int begunBytes = 64 * 1024 + 1;
        out.writeBytes(Rtmp.chunkSize(begunBytes));
        for (int csid = 4; csid < 4 + count; csid++) {
            out.writeBytes(Rtmp.head(csid, 0, 8 << 20, Rtmp.VIDEO));
            out.writeBytes(new byte[begunBytes]);
        }
        return out.toByteArray();
    }

    /** Three commands of 64 KiB but for a byte. */
    private static byte[] begunCommands() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Rtmp.hello("live", "", ""));
        out.writeBytes(Rtmp.chunkSize((1 << 16) - 1));
        for (int csid = 4; csid < 7; csid++) {
            out.writeBytes(Rtmp.head(csid, 0, 1 << 16, Rtmp.COMMAND));
            out.writeBytes(new byte[(1 << 16) - 1]);
        }
        return out.toByteArray();
    }

    /** Commands full of empty objects: three bytes of each become one on the heap. */
    private static byte[] amf() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Rtmp.hello("live", "", ""));
        out.writeBytes(Rtmp.chunkSize(1 << 16));
        byte[] command = Rtmp.hex(Rtmp.text("x") + Rtmp.number(0) + "05" + "03000009".repeat(16_000));
        for (int i = 0; i < 3; i++) {
            out.writeBytes(Rtmp.message(4, 0, Rtmp.COMMAND, command));
        }
        return out.toByteArray();
    }

    private static byte[] pipeline() {
        return ascii("GET /live/show0.flv" + HOST + "\r\n" + ("GET /" + HOST + "a:b\r\n".repeat(1_395) + "\r\n").repeat(16));
    }

    /** A viewer that sends pings all the time, and reads nothing. */
    private static byte[] webSocket(int stream) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ascii("GET /live/show" + stream + ".flv" + HOST + "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
        byte[] ping = new byte[6 + 125];
        ping[0] = (byte) 0x89;
        ping[1] = (byte) (0x80 | 125);
        for (int i = 0; i < 1_000; i++) {
            out.writeBytes(ping);
        }
        return out.toByteArray();
    }

    /** 2,000 viewers by what they say, on one connection. */
    private static byte[] agents() {
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            requests.append("GET /live/show0.m3u8").append(HOST).append("User-Agent: ").append("a".repeat(200)).append(i)
                    .append("\r\n\r\n");
        }
        return ascii(requests.toString());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
