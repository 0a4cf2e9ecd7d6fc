import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;

/** Strangers that publish, with no code of the server: what they do beyond a single publish. Loopback only. */
final class Encoders {
    /** The names that reconnecting encoders share. */
    private static final int NAMES = 8;
    /** Two commands for each request, and three before them, of the 200 that a connection has without media. */
    private static final int REQUESTS = 98;
    private static final String HONEST = "127.0.0.2";
    private static final int HONEST_PAUSE_MS = 200;

    private final int port;

    Encoders(int port) {
        this.port = port;
    }

    /**
     * Connection after connection publishes one of a few names, with one frame of sound, and leaves: every other one
     * properly, which ends the session at once, and the others by closing the socket.
     */
    Crowd again(int count, int withinMs, int patienceMs) throws IOException, InterruptedException {
        Crowd crowd = new Crowd(port, Crowd.OF_ADDRESS, 3);
        return crowd.all(count, withinMs, patienceMs, (socket, i) -> {
            crowd.send(socket, Rtmp.hello("live", "publish", "again" + i % NAMES));
            awaitStart(socket);
            crowd.send(socket, sound(2));
            if (i / NAMES % 2 == 0) {
                crowd.send(socket, Rtmp.deleteStream());
                socket.shutdownOutput();
                socket.getInputStream().readNBytes(4_096);
            }
            socket.close();
        }).leavesAfter(0);
    }

    /** Media right after publish, before its answer: 480 messages of 1 KiB, which is more than the server keeps until then. */
    Crowd early(int count, int holdMs) throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 480; i++) {
            bytes.writeBytes(Rtmp.message(4, 20 * i, Rtmp.AUDIO, Rtmp.audioFrame(1 << 10)));
        }
        Crowd crowd = new Crowd(port);
        return crowd.all(count, 1_000, holdMs, (socket, i) -> {
            crowd.send(socket, Rtmp.hello("live", "publish", "early" + i));
            crowd.send(socket, Rtmp.chunkSize(1 << 16));
            crowd.send(socket, Rtmp.message(4, 0, Rtmp.AUDIO, Rtmp.audioConfig()));
            crowd.send(socket, bytes.toByteArray());
        }).leavesAfter(holdMs);
    }

    /**
     * Connections of one address request a publish and withdraw it, again and again, so that each request is one more question to the
     * hook. Meanwhile another address publishes one name after the other.
     *
     * @throws IllegalStateException if that one was refused
     */
    String questions(int count, int holdMs) throws IOException, InterruptedException {
        AtomicBoolean over = new AtomicBoolean();
        Honest honest = new Honest();
        Thread publishing = Thread.ofPlatform().start(() -> honest.publishUntil(over));
        Crowd crowd = new Crowd(port);
        crowd.all(count, 1_000, holdMs, (socket, i) -> {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(Rtmp.hello("live", "", ""));
            for (int request = 0; request < REQUESTS; request++) {
                out.writeBytes(Rtmp.publish("question" + i + "-" + request));
                out.writeBytes(Rtmp.closeStream());
            }
            crowd.send(socket, out.toByteArray());
            socket.getInputStream().readAllBytes();
        }).leavesAfter(holdMs);
        over.set(true);
        publishing.join();
        if (honest.refused > 0 || honest.accepted == 0) {
            throw new IllegalStateException("an honest encoder: " + honest);
        }
        return crowd + "," + honest;
    }

    /** An encoder that is in nobody's way. */
    private final class Honest {
        private int accepted;
        private int refused;
        private long longestMs;

        void publishUntil(AtomicBoolean over) {
            try {
                for (int i = 0; !over.get(); i++) {
                    publish("question-honest" + i % NAMES);
                    Thread.sleep(HONEST_PAUSE_MS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void publish(String name) {
            long began = System.nanoTime();
            try (Socket socket = new Socket()) {
                socket.bind(new InetSocketAddress(InetAddress.getByName(HONEST), 0));
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                socket.setSoTimeout(60_000);
                socket.getOutputStream().write(Rtmp.hello("live", "publish", name));
                awaitStart(socket);
                accepted++;
            } catch (IOException e) {
                refused++;
                System.err.println("honest encoder: " + e);
            }
            longestMs = Math.max(longestMs, (System.nanoTime() - began) / 1_000_000);
        }

        @Override
        public String toString() {
            return "honest=" + accepted + ",refused=" + refused + ",longestMs=" + longestMs;
        }
    }

    /** A publisher whose stream has no segment, and that stays until the socket is closed. */
    Socket silent(String name) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.getOutputStream().write(Rtmp.hello("live", "publish", name));
        awaitStart(socket);
        socket.getOutputStream().write(sound(1));
        return socket;
    }

    private static byte[] sound(int frames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(Rtmp.message(4, 0, Rtmp.AUDIO, Rtmp.audioConfig()));
        for (int i = 0; i < frames; i++) {
            out.writeBytes(Rtmp.message(4, 20 * i, Rtmp.AUDIO, Rtmp.audioFrame(64)));
        }
        return out.toByteArray();
    }

    /** @throws IOException if the answer to publish is another, or none */
    static void awaitStart(Socket socket) throws IOException {
        StringBuilder answers = new StringBuilder();
        byte[] buffer = new byte[4_096];
        while (answers.indexOf("NetStream.Publish.Start") < 0) {
            int count = socket.getInputStream().read(buffer);
            if (count < 0) {
                throw new IOException("closed without an answer");
            }
            answers.append(new String(buffer, 0, count, StandardCharsets.ISO_8859_1));
            if (answers.indexOf("NetStream.Publish.") >= 0 && answers.indexOf("NetStream.Publish.Start") < 0) {
                throw new SocketTimeoutException("refused");
            }
        }
    }
}
