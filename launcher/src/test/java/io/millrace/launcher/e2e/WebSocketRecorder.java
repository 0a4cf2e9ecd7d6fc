package io.millrace.launcher.e2e;

import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A viewer of WebSocket-FLV that keeps every tag. Thread-safe. */
final class WebSocketRecorder implements WebSocket.Listener, AutoCloseable {
    private static final int TAG_LIMIT_BYTES = 8 << 20;

    private final FlvReader reader = new FlvReader(TAG_LIMIT_BYTES);
    private final List<FlvTag> tags = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    /** Returns when the handshake is answered. */
    WebSocketRecorder(HttpClient client, URI http) {
        socket = client.newWebSocketBuilder().buildAsync(URI.create(http.toString().replaceFirst("http", "ws")), this)
                .join();
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer bytes, boolean last) {
        tags.addAll(reader.readAll(bytes));
        socket.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
        closed.completeExceptionally(error);
    }

    List<FlvTag> soFar() {
        return List.copyOf(tags);
    }

    /** The code that the server closed it with. */
    CompletableFuture<Integer> closed() {
        return closed;
    }

    @Override
    public void close() {
        socket.abort();
    }
}
