package io.millrace.edge;

import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.PlayerEvent;
import io.millrace.media.rtmp.PlayerSession;
import io.millrace.media.rtmp.RtmpUrl;
import io.millrace.testkit.Patience;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * An RTMP player that requests a stream when it is created, and reads event by event. Its reads block, and fail after
 * {@link Patience#MILLIS} without input. Confined to one thread.
 */
final class RtmpClient implements AutoCloseable {
    private final Socket socket;
    private final PlayerSession session;
    private ByteBuffer in = ByteBuffer.allocate(0);

    RtmpClient(int port, String stream, List<String> fourCcs, boolean reconnects) throws IOException {
        session = new PlayerSession(RtmpUrl.parse(URI.create("rtmp://127.0.0.1:" + port + "/" + stream)),
                new SplittableRandom(1), fourCcs, reconnects);
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(Patience.MILLIS);
        write();
    }

    RtmpClient(int port, String stream) throws IOException {
        this(port, stream, List.of(), false);
    }

    /** Returns the next event, or null after the server has closed. */
    PlayerEvent next() throws IOException {
        InputStream socketIn = socket.getInputStream();
        byte[] buffer = new byte[65_536];
        while (true) {
            PlayerEvent event = session.next(in);
            write();
            if (event != null) {
                return event;
            }
            int count = socketIn.read(buffer);
            if (count < 0) {
                return null;
            }
            in = ByteBuffer.wrap(buffer.clone(), 0, count);
        }
    }

    /** Returns the code of the next status; media before it is an error. */
    String status() throws IOException {
        return switch (next()) {
            case PlayerEvent.Status(String code, String _) -> code;
            case PlayerEvent.Media media -> throw new AssertionError("no status, but " + media);
            case null -> "closed";
        };
    }

    /** Returns the next audio or video; data and status before it are skipped. */
    PlayerEvent.Media media() throws IOException {
        while (true) {
            PlayerEvent event = next();
            if (event == null) {
                throw new AssertionError("closed");
            }
            if (event instanceof PlayerEvent.Media media && media.kind() != MediaKind.DATA) {
                return media;
            }
        }
    }

    /** Runs {@code command} on the session, such as {@code PlayerSession::closeStream}, and sends what it wrote. */
    void send(Consumer<PlayerSession> command) throws IOException {
        command.accept(session);
        write();
    }

    /** Closes the output, so that the server does not wait for more input after its last message. */
    void leave() throws IOException {
        socket.shutdownOutput();
    }

    private void write() throws IOException {
        ByteBuffer output = session.takeOutput();
        if (!output.hasRemaining()) {
            return;
        }
        socket.getOutputStream().write(output.array(), output.arrayOffset() + output.position(), output.remaining());
        socket.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
