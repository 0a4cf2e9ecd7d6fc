import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Viewers that go on while others attack, with no code of the server: {@code java Watch.java COUNT HTTP_PORT RTMP_PORT STREAM...
 * [/ HTTP_PORT RTMP_PORT]}. Of each protocol (FLV, WebSocket, RTMP, HLS) COUNT viewers, each from a loopback address of its own, by turns
 * of all streams and servers.
 *
 * <p>Writes one line a second: {@code MILLIS PROTOCOL LONGEST_MS ENDED BYTES ...}, for each protocol the longest time that one of its viewers has
 * been without media, how many viewers have been disconnected (each connects again) and what all of them have got. An HLS viewer is
 * without media from the end of the newest segment that it has got.
 */
final class Watch {
    private static final List<String> PROTOCOLS = List.of("flv", "ws", "rtmp", "hls");
    private static final Pattern SEGMENT = Pattern.compile("#EXTINF:([0-9.]+),[^\n]*\n(?:#[^\n]*\n)*([^#\n]+)\n");
    private static final int POLL_MS = 400;

    private final String protocol;
    private final String stream;
    private final InetAddress from;
    private final int httpPort;
    private final int rtmpPort;
    /** Until when there is media, or when the last of it came; 0 before the first. */
    private volatile long suppliedNanos;
    private volatile long longestNanos;
    private volatile long bytes;
    private volatile int ended;

    private Watch(String protocol, String stream, InetAddress from, int httpPort, int rtmpPort) {
        this.protocol = protocol;
        this.stream = stream;
        this.from = from;
        this.httpPort = httpPort;
        this.rtmpPort = rtmpPort;
    }

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[0]);
        List<int[]> servers = new ArrayList<>();
        List<String> streams = new ArrayList<>();
        servers.add(new int[]{Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2])});
        for (int i = 3; i < arguments.length; i++) {
            if (arguments[i].equals("/")) {
                servers.add(new int[]{Integer.parseInt(arguments[++i]), Integer.parseInt(arguments[++i])});
            } else {
                streams.add(arguments[i]);
            }
        }
        Map<String, List<Watch>> viewers = new TreeMap<>();
        for (int p = 0; p < PROTOCOLS.size(); p++) {
            for (int i = 0; i < count; i++) {
                int[] server = servers.get(i % servers.size());
                var viewer = new Watch(PROTOCOLS.get(p), streams.get(i % streams.size()),
                        InetAddress.getByAddress(new byte[]{127, 0, (byte) (20 + p), (byte) (1 + i)}), server[0], server[1]);
                viewers.computeIfAbsent(PROTOCOLS.get(p), _ -> new ArrayList<>()).add(viewer);
                Thread.ofPlatform().daemon().start(viewer::run);
            }
        }
        while (true) {
            Thread.sleep(1_000);
            StringBuilder line = new StringBuilder().append(System.currentTimeMillis());
            viewers.forEach((protocol, all) -> line.append(' ').append(protocol).append(' ')
                    .append(all.stream().mapToLong(Watch::takeLongestMs).max().orElse(0)).append(' ')
                    .append(all.stream().mapToInt(viewer -> viewer.ended).sum()).append(' ')
                    .append(all.stream().mapToLong(viewer -> viewer.bytes).sum()));
            System.out.println(line);
            if (System.out.checkError()) {
                return; // the process that reads the lines has ended
            }
        }
    }

    private long takeLongestMs() {
        long now = suppliedNanos == 0 ? 0 : System.nanoTime() - suppliedNanos;
        long longest = Math.max(longestNanos, now);
        longestNanos = 0;
        return Math.max(0, longest / 1_000_000);
    }

    private void got(int count, long lastsNanos) {
        long now = System.nanoTime();
        if (suppliedNanos != 0) {
            longestNanos = Math.max(longestNanos, now - suppliedNanos);
        }
        suppliedNanos = Math.max(suppliedNanos, now) == now ? now + lastsNanos : suppliedNanos + lastsNanos;
        bytes += count;
    }

    private void run() {
        while (true) {
            try (Socket socket = connect(protocol.equals("rtmp") ? rtmpPort : httpPort)) {
                switch (protocol) {
                    case "flv" -> flv(socket);
                    case "ws" -> webSocket(socket);
                    case "rtmp" -> rtmp(socket);
                    default -> hls(socket);
                }
            } catch (IOException e) {
                System.err.println(protocol + " " + stream + ": " + e);
            } catch (InterruptedException e) {
                return;
            }
            ended++;
        }
    }

    private Socket connect(int port) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 60_000);
        socket.setSoTimeout(60_000);
        return socket;
    }

    private void read(Socket socket) throws IOException {
        byte[] buffer = new byte[65_536];
        for (int count = socket.getInputStream().read(buffer); count >= 0; count = socket.getInputStream().read(buffer)) {
            got(count, 0);
        }
    }

    private void flv(Socket socket) throws IOException {
        send(socket, "GET /" + stream + ".flv HTTP/1.1\r\nHost: x\r\n\r\n");
        expect(socket, " 200 ");
        read(socket);
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** The head of a response. */
    private static String expect(Socket socket, String status) throws IOException {
        StringBuilder head = new StringBuilder();
        while (!head.toString().endsWith("\r\n\r\n")) {
            int next = socket.getInputStream().read();
            if (next < 0) {
                throw new EOFException("no response");
            }
            head.append((char) next);
        }
        if (!head.toString().contains(status)) {
            throw new IOException(head.substring(0, head.indexOf("\r\n")));
        }
        return head.toString();
    }

    private void webSocket(Socket socket) throws IOException {
        send(socket, "GET /" + stream + ".flv HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
        expect(socket, " 101 ");
        DataInputStream in = new DataInputStream(socket.getInputStream());
        while (true) {
            int opcode = in.readUnsignedByte() & 0x0F;
            int length = in.readUnsignedByte();
            byte[] body = new byte[length < 126 ? length : length == 126 ? in.readUnsignedShort() : (int) in.readLong()];
            in.readFully(body);
            if (opcode == 9) { // a ping; the mask of the pong is zero
                byte[] pong = new byte[6 + body.length];
                pong[0] = (byte) 0x8A;
                pong[1] = (byte) (0x80 | body.length);
                System.arraycopy(body, 0, pong, 6, body.length);
                socket.getOutputStream().write(pong);
            } else if (opcode == 8) {
                return;
            } else {
                got(body.length, 0);
            }
        }
    }

    private void rtmp(Socket socket) throws IOException {
        String[] path = stream.split("/");
        socket.getOutputStream().write(Rtmp.hello(path[0], "play", path[1]));
        read(socket);
    }

    private void hls(Socket socket) throws IOException, InterruptedException {
        URI main = URI.create("/" + stream + ".m3u8");
        URI media = main.resolve(text(socket, main).lines().filter(line -> !line.startsWith("#")).findFirst().orElseThrow());
        String last = "";
        while (true) {
            String playlist = text(socket, media);
            Matcher segments = SEGMENT.matcher(playlist);
            List<String[]> news = new ArrayList<>();
            while (segments.find()) {
                if (segments.group(2).equals(last)) {
                    news.clear();
                } else {
                    news.add(new String[]{segments.group(1), segments.group(2)});
                }
            }
            // A player begins before the newest segment: it has one in hand.
            for (String[] segment : last.isEmpty() ? news.subList(Math.max(0, news.size() - 2), news.size()) : news) {
                last = segment[1];
                int count = get(socket, media.resolve(last).toString()).length;
                got(count, (long) (Double.parseDouble(segment[0]) * 1e9));
            }
            Thread.sleep(POLL_MS);
        }
    }

    private static String text(Socket socket, URI target) throws IOException {
        return new String(get(socket, target.toString()), StandardCharsets.UTF_8);
    }

    private static byte[] get(Socket socket, String target) throws IOException {
        send(socket, "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
        Matcher length = Pattern.compile("(?i)content-length: ([0-9]+)").matcher(expect(socket, " 200 "));
        if (!length.find()) {
            throw new IOException("no length of " + target);
        }
        byte[] body = new byte[Integer.parseInt(length.group(1))];
        new DataInputStream(socket.getInputStream()).readFully(body);
        return body;
    }
}
