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

/**
 * A link to a server that passes as many bytes to its client as a test allows, and buffers hardly any. Bytes of the
 * client pass at once.
 */
final class NarrowLink implements AutoCloseable {
    private static final int KEPT_BYTES = 64 * 1024;
    private static final int PIECE_BYTES = 16 * 1024;
    private static final int EVERYTHING_BYTES = 1 << 30;

    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final Socket server = new Socket();
    private final Semaphore bytes = new Semaphore(0);

    /** @param firstBytes bytes that pass without permission */
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

    /** No limit any more. */
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
            // One of the two ends has closed, which closes the link.
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
