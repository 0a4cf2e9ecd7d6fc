import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Many connections of strangers at the same time, from several loopback addresses. Counts what becomes of them. */
final class Crowd {
    /** So that the limit of an address is not what stops them. */
    static final int OF_ADDRESS = 200;
    /** Longer than any machine needs to connect. */
    private static final long HANG_S = 120;
    /** What a crowd says when it stays until its standard input ends (-Dstay=true), so that a test can look at the server meanwhile. */
    private static final String STAYING = "staying";
    private static final boolean STAYS = Boolean.getBoolean("stay");

    private final int port;
    private final int ofAddress;
    private final int network;
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final AtomicLong sentBytes = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger disconnected = new AtomicInteger();
    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();

    Crowd(int port) {
        this(port, OF_ADDRESS, 1);
    }

    /**
     * @param ofAddress so many come from one address
     * @param network the third byte of these addresses: the server still limits them when the crowd has left
     */
    Crowd(int port, int ofAddress, int network) {
        this.port = port;
        this.ofAddress = ofAddress;
        this.network = network;
    }

    /** What one connection does; it stays open until the crowd leaves. */
    interface Deed {
        void with(Socket socket, int number) throws IOException, InterruptedException;
    }

    /** What one connection sends. */
    interface Bytes {
        byte[] of(int number);
    }

    /**
     * Starts {@code count} connections within {@code withinMs}. Waits until all of them are connected, however long the machine
     * takes for that, and then until each has done its deed, for {@code patienceMs} at most.
     */
    Crowd all(int count, int withinMs, int patienceMs, Deed deed) throws InterruptedException {
        CountDownLatch connected = new CountDownLatch(count);
        CountDownLatch done = new CountDownLatch(count);
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            long dueMs = (long) withinMs * i / count - (System.nanoTime() - begin) / 1_000_000;
            Thread.sleep(Math.max(0, dueMs));
            int number = i;
            Thread.ofVirtual().start(() -> {
                one(number, deed, connected);
                done.countDown();
            });
        }
        connected.await(HANG_S, TimeUnit.SECONDS);
        done.await(patienceMs, TimeUnit.MILLISECONDS);
        return this;
    }

    private void one(int number, Deed deed, CountDownLatch connected) {
        Socket socket = new Socket();
        sockets.add(socket);
        try {
            connect(socket, number);
        } catch (IOException e) {
            disconnected.incrementAndGet();
            return;
        } finally {
            connected.countDown();
        }
        try {
            deed.with(socket, number);
        } catch (IOException e) {
            disconnected.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void connect(Socket socket, int number) throws IOException {
        socket.setReceiveBufferSize(4_096);
        socket.bind(new InetSocketAddress(
                InetAddress.getByAddress(new byte[]{127, 0, (byte) network, (byte) (1 + number / ofAddress)}), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), (int) TimeUnit.SECONDS.toMillis(HANG_S));
        connections.incrementAndGet();
    }

    /** Sends, and reads nothing. */
    Deed sends(Bytes bytes) {
        return (socket, number) -> send(socket, bytes.of(number));
    }

    void send(Socket socket, byte[] bytes) throws IOException {
        int piece = 65_536;
        for (int i = 0; i < bytes.length; i += piece) {
            int count = Math.min(piece, bytes.length - i);
            socket.getOutputStream().write(bytes, i, count);
            sentBytes.addAndGet(count);
        }
    }

    /** Sends, and reads until the other end closes or says nothing for {@code silenceMs}. */
    Deed sendsAndReads(Bytes bytes, int silenceMs) {
        return (socket, number) -> {
            socket.setSoTimeout(silenceMs);
            send(socket, bytes.of(number));
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[8_192];
            int count = in.read(buffer);
            countStatus(buffer, count);
            while (count >= 0) {
                count = in.read(buffer);
            }
            disconnected.incrementAndGet();
        };
    }

    /** Sends, and reads the first {@code enoughBytes} of what comes back meanwhile. */
    Deed sendsAndReadsSome(Bytes bytes, int enoughBytes) {
        return (socket, number) -> {
            Thread.ofVirtual().start(() -> {
                try {
                    send(socket, bytes.of(number));
                } catch (IOException _) {
                    // The reader notices as well.
                }
            });
            byte[] some = socket.getInputStream().readNBytes(enoughBytes);
            countStatus(some, some.length);
            if (some.length < enoughBytes) {
                disconnected.incrementAndGet();
            }
        };
    }

    private void countStatus(byte[] answer, int count) {
        if (count > 12 && answer[0] == 'H') {
            statuses.merge(new String(answer, 9, 3, StandardCharsets.US_ASCII), 1, Integer::sum);
        }
    }

    /** Keeps the connections for so long, then counts those that the server has closed, and closes the others. */
    Crowd leavesAfter(int holdMs) throws IOException, InterruptedException {
        if (STAYS) {
            System.out.println(STAYING);
            System.in.readAllBytes();
        } else {
            Thread.sleep(holdMs);
        }
        for (Socket socket : sockets) {
            try (socket) {
                if (!socket.isClosed() && socket.isConnected()) {
                    socket.setSoTimeout(1);
                    byte[] buffer = new byte[65_536];
                    while (socket.getInputStream().read(buffer) >= 0) {
                        // What it was told.
                    }
                    disconnected.incrementAndGet();
                }
            } catch (IOException e) {
                if (!(e instanceof java.net.SocketTimeoutException)) {
                    disconnected.incrementAndGet();
                }
            }
        }
        return this;
    }

    @Override
    public String toString() {
        return connections + " " + sentBytes + " " + Math.min(connections.get(), disconnected.get()) + " " + statuses.toString().replace(" ", "");
    }
}
