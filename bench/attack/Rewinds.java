import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Delay of a legitimate rewind while strangers ask for moments of the past, with no code of the server:
 * {@code java Rewinds.java MODE PORT STREAM FROM_MS SPAN_MS HOSTILE [ADDRESSES]}. Loopback only; ends by itself after a minute at most.
 *
 * <p>HOSTILE requests come from 127.0.1.1 and so on at once, each for another millisecond. Right after they were sent, 127.0.0.2 begins to
 * rewind: the multivariant playlist and its child (.flv: the first byte), one rewind after the other, until no hostile
 * request is under way, 10 at least and 40 at most.
 *
 * <ul>
 * <li>{@code none}: no hostile requests; the figure to compare with.
 * <li>{@code leave}: clients that close as soon as their request is sent.
 * <li>{@code wait}: clients that wait for the answer.
 * <li>{@code media}: the same with the child playlist, whose index is read in full.
 * <li>{@code flv}: clients of {@code .flv?start=} that read nothing after the header.
 * </ul>
 */
final class Rewinds {
    private static final String LOCAL = "127.0.0.1";
    private static final String LEGITIMATE = "127.0.0.2";
    private static final int TIMEOUT_MS = 60_000;
    private static final int LEAST = 10;
    private static final int MOST = 40;
    private static final Pattern EPOCH = Pattern.compile("(?m)^[^#].*index\\.m3u8\\?.*$");

    private final String mode;
    private final int port;
    private final String stream;
    private final long fromMs;
    private final long spanMs;
    private final int addresses;
    private final Map<String, Integer> answers = new ConcurrentSkipListMap<>();
    private final List<Socket> held = new ArrayList<>();

    private record Answer(String status, String body) {}

    private Rewinds(String[] arguments) {
        mode = arguments[0];
        port = Integer.parseInt(arguments[1]);
        stream = arguments[2];
        fromMs = Long.parseLong(arguments[3]);
        spanMs = Long.parseLong(arguments[4]);
        addresses = arguments.length > 6 ? Integer.parseInt(arguments[6]) : 1;
    }

    public static void main(String[] arguments) throws Exception {
        new Rewinds(arguments).run(arguments[0].equals("none") ? 0 : Integer.parseInt(arguments[5]));
    }

    private void run(int count) throws Exception {
        String child = mode.equals("media") ? child(get(LOCAL, path(".m3u8", fromMs + spanMs / 2)).body()) : null;
        var sent = new CountDownLatch(count);
        var underWay = new AtomicInteger(count);
        for (int i = 0; i < count; i++) {
            String path = hostile(child, i, count);
            String from = "127.0." + (1 + i % addresses / 250) + "." + (1 + i % addresses % 250);
            Thread.ofVirtual().start(() -> {
                try {
                    String answer = attack(from, path, sent);
                    answers.merge(answer, 1, Integer::sum);
                } catch (IOException e) {
                    answers.merge("disconnected", 1, Integer::sum);
                    sent.countDown();
                } finally {
                    underWay.decrementAndGet();
                }
            });
        }
        sent.await(TIMEOUT_MS, TimeUnit.MILLISECONDS);
        var random = new Random(5);
        List<Long> delays = new ArrayList<>();
        int failed = 0;
        while (delays.size() < LEAST || underWay.get() > 0 && delays.size() < MOST) {
            long began = System.nanoTime();
            long atMs = fromMs + random.nextLong(spanMs);
            try {
                failed += rewind(atMs) ? 0 : 1;
            } catch (IOException e) {
                failed++;
            }
            delays.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        }
        long first = delays.getFirst();
        delays.sort(null);
        System.out.println("rewinds: " + delays.size() + ", failed " + failed + ", first " + first + " ms, median "
                + delays.get(delays.size() / 2) + " ms, longest " + delays.getLast() + " ms; hostile: " + answers
                + ", under way at the end: " + underWay.get());
        System.exit(0);
    }

    private String hostile(String child, int i, int count) {
        long atMs = fromMs + spanMs * i / count + i % 7;
        return switch (mode) {
            case "flv" -> path(".flv", atMs);
            case "media" -> child.replaceAll("start=[^&]*", "start=" + Instant.ofEpochMilli(atMs));
            default -> path(".m3u8", atMs);
        };
    }

    private String path(String suffix, long atMs) {
        return "/" + stream + suffix + "?start=" + Instant.ofEpochMilli(atMs);
    }

    private static String child(String multivariant) throws IOException {
        Matcher line = EPOCH.matcher(multivariant);
        if (!line.find()) {
            throw new IOException("no media playlist in: " + multivariant);
        }
        return line.group().startsWith("/") ? line.group() : "/live/" + line.group();
    }

    private boolean rewind(long atMs) throws IOException {
        if (mode.equals("flv")) {
            try (Socket socket = connect(LEGITIMATE, path(".flv", atMs))) {
                String status = status(socket.getInputStream());
                return status.equals("200") && socket.getInputStream().read() >= 0;
            }
        }
        Answer answer = get(LEGITIMATE, path(".m3u8", atMs));
        return answer.status().equals("200") && get(LEGITIMATE, child(answer.body())).status().equals("200");
    }

    private String attack(String from, String path, CountDownLatch sent) throws IOException {
        if (mode.equals("leave")) {
            try (Socket _ = connect(from, path)) {
                sent.countDown();
            }
            return "left";
        }
        Socket socket = connect(from, path);
        sent.countDown();
        String status = status(socket.getInputStream());
        if (mode.equals("flv") && status.equals("200")) {
            synchronized (held) {
                held.add(socket);
            }
        } else {
            socket.close();
        }
        return status;
    }

    private Socket connect(String from, String path) throws IOException {
        var socket = new Socket();
        socket.setReceiveBufferSize(65_536);
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.setSoTimeout(TIMEOUT_MS);
        socket.connect(new InetSocketAddress(InetAddress.getByName(LOCAL), port), TIMEOUT_MS);
        socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private Answer get(String from, String path) throws IOException {
        try (Socket socket = connect(from, path)) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String status = status(in);
            return new Answer(status, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    /** Reads a response's head; what follows is its body. */
    private static String status(InputStream in) throws IOException {
        var head = new ByteArrayOutputStream();
        int matched = 0;
        while (matched < 4) {
            int b = in.read();
            if (b < 0) {
                throw new IOException("closed within the head");
            }
            head.write(b);
            matched = b == "\r\n\r\n".charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.US_ASCII).split(" ")[1];
    }
}
