package io.millrace.edge;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.Semaphore;

/** A way to a server that carries so many bytes to its one client as it is told to, and keeps hardly any. What the client says passes at once. */
final class NarrowLink implements AutoCloseable {
    private static final int KEPT_BYTES = 64 * 1024;
    private static final int PIECE_BYTES = 16 * 1024;
    private static final int EVERYTHING_BYTES = 1 << 30;

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final Socket server = new Socket();
    private final Semaphore bytes = new Semaphore(0);

    /** @param firstBytes that pass without being told */
    NarrowLink(int serverPort, int firstBytes) throws IOException {
        bytes.release(firstBytes);
        server.setReceiveBufferSize(KEPT_BYTES);
        server.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), serverPort));
        Thread.startVirtualThread(this::carry);
    }

    int port() {
        return listener.getLocalPort();
    }

    void carry(int more) {
        bytes.release(more);
    }

    /** No more narrow than any other. */
    void widen() {
        bytes.release(EVERYTHING_BYTES);
    }

    private void carry() {
        try (Socket client = listener.accept()) {
            Thread.startVirtualThread(() -> pass(client));
            byte[] piece = new byte[PIECE_BYTES];
            InputStream in = server.getInputStream();
            for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
                bytes.acquireUninterruptibly(count);
                client.getOutputStream().write(piece, 0, count);
            }
        } catch (IOException _) {
            // Either of them is gone, and with the link both are.
        }
    }

    private void pass(Socket client) {
        try (OutputStream out = server.getOutputStream()) {
            client.getInputStream().transferTo(out);
        } catch (IOException _) {
            // As above.
        }
    }

    @Override
    public void close() {
        try (server; listener) {
            widen();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
