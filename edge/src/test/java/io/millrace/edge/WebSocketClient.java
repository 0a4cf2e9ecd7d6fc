package io.millrace.edge;

import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A viewer of WebSocket-FLV that reads tag by tag. */
final class WebSocketClient implements WebSocket.Listener, AutoCloseable {
    private final FlvReader reader = new FlvReader(1 << 20);
    private final BlockingQueue<FlvTag> tags = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    WebSocketClient(HttpClient http, URI uri) {
        socket = http.newWebSocketBuilder().buildAsync(uri, this).join();
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer bytes, boolean last) {
        reader.readAll(bytes).forEach(tags::add);
        if (last && !reader.isBetweenTags()) {
            closed.completeExceptionally(new AssertionError("a message ends within a tag"));
        }
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

    FlvHeader header() {
        return reader.header().orElseThrow();
    }

    FlvTag next() throws InterruptedException {
        FlvTag tag = tags.poll(Patience.MILLIS, TimeUnit.MILLISECONDS);
        if (tag == null) {
            throw new AssertionError("no tag in " + Patience.TIME + "; closed: " + closed);
        }
        return tag;
    }

    boolean hasNext() {
        return !tags.isEmpty();
    }

    /** The code that the server closed it with. */
    int closed() throws Exception {
        return closed.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        socket.abort();
    }
}
