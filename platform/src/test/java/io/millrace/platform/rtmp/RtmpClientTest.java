package io.millrace.platform.rtmp;

import io.millrace.media.bytes.MediaException;
import io.millrace.media.rtmp.MediaKind;
import io.millrace.media.rtmp.ServerEvent;
import io.millrace.media.rtmp.ServerSession;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RtmpClientTest {
    /** More than the sockets' buffers hold, so that the client is still writing when the connection breaks. */
    private static final int LARGE_BYTES = 8_000_000;
    private static final int SMALL_BUFFER_BYTES = 4_096;

    @Test
    void reportsErrorThatPrecededReset() throws Exception {
        try (ServerSocket listener = new ServerSocket()) {
            listener.setReceiveBufferSize(SMALL_BUFFER_BYTES);
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> refuseMidway(listener),
                    Thread::startVirtualThread);
            URI url = URI.create("rtmp://127.0.0.1:" + listener.getLocalPort() + "/live/show");
            try (RtmpClient client = PatientLimits.publish(url)) {
                assertThatThrownBy(() -> client.send(MediaKind.VIDEO, 0, ByteBuffer.allocate(LARGE_BYTES)))
                        .isInstanceOf(RtmpException.class)
                        .hasMessageContaining("refused the stream: not now (NetStream.Failed)");
            }
            server.get(1, TimeUnit.MINUTES);
        }
    }

    /** Accepts a publish, refuses it at its first media, and closes with unread input, so that the peer gets a reset. */
    private static void refuseMidway(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            var session = new ServerSession(new SplittableRandom(1));
            byte[] buffer = new byte[SMALL_BUFFER_BYTES];
            while (true) {
                ByteBuffer in = ByteBuffer.wrap(buffer, 0, socket.getInputStream().read(buffer));
                boolean publishing = session.state() == ServerSession.State.PUBLISHING;
                for (ServerEvent event = session.next(in); event != null; event = session.next(in)) {
                    if (event instanceof ServerEvent.PublishRequested request) {
                        session.acceptPublish(request.streamId());
                    }
                }
                if (publishing) {
                    session.close("NetStream.Failed", "not now");
                }
                ByteBuffer out = session.takeOutput();
                socket.getOutputStream().write(out.array(), out.position(), out.remaining());
                if (publishing) {
                    return;
                }
            }
        } catch (IOException | MediaException e) {
            throw new IllegalStateException(e);
        }
    }
}
