package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.ClientEvent;
import io.millrace.media.rtmp.ClientSession;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.RtmpUrl;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

import static org.assertj.core.api.Assertions.assertThat;

/** Publishes over a socket that the test has opened, such as a TLS socket or one with a PROXY header. Confined to one thread. */
final class SocketPublisher implements AutoCloseable {
    private final Socket socket;
    private final ClientSession session = new ClientSession(RtmpUrl.parse(URI.create("rtmp://host/live/show")),
            new SplittableRandom(1));

    private SocketPublisher(Socket socket) {
        this.socket = socket;
    }

    /** Returns once the server has accepted the publish. */
    static SocketPublisher publish(Socket socket) throws IOException {
        SocketPublisher publisher = new SocketPublisher(socket);
        publisher.await(ClientEvent.Started.class);
        return publisher;
    }

    void send(int timestamp) throws IOException {
        session.send(MediaKind.VIDEO, timestamp, ByteBuffer.wrap(new byte[]{1, 2, 3}));
        write();
    }

    private void await(Class<? extends ClientEvent> type) throws IOException {
        byte[] buffer = new byte[65_536];
        while (true) {
            write();
            int count = socket.getInputStream().read(buffer);
            assertThat(count).as("bytes of the server").isPositive();
            ByteBuffer in = ByteBuffer.wrap(buffer, 0, count);
            for (ClientEvent event = session.next(in); event != null; event = session.next(in)) {
                assertThat(event).isInstanceOf(type);
                return;
            }
        }
    }

    private void write() throws IOException {
        ByteBuffer output = session.takeOutput();
        socket.getOutputStream().write(output.array(), output.arrayOffset() + output.position(), output.remaining());
        socket.getOutputStream().flush();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
