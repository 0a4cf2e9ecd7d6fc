package io.millrace.testkit;

import io.millrace.media.flv.FlvHeader;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A viewer of WebSocket-FLV that keeps every tag until the test takes it. Thread-safe. */
public final class WebSocketFlvViewer implements WebSocket.Listener, AutoCloseable {
    private static final int TAG_LIMIT_BYTES = 8 << 20;

    private final FlvReader reader = new FlvReader(TAG_LIMIT_BYTES);
    private final BlockingQueue<FlvTag> tags = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    /**
     * Returns when the server has answered the handshake.
     *
     * @param uri with the scheme {@code ws}, or {@code http} for the same
     */
    public WebSocketFlvViewer(HttpClient http, URI uri) {
        socket = http.newWebSocketBuilder().buildAsync(URI.create(uri.toString().replaceFirst("^http", "ws")), this)
                .join();
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer bytes, boolean last) {
        tags.addAll(reader.readAll(bytes));
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

    /** Returns the file header, which comes before the first tag. */
    public FlvHeader header() {
        return reader.header().orElseThrow();
    }

    /** Takes the next tag, and waits for it if necessary. */
    public FlvTag next() throws InterruptedException {
        FlvTag tag = tags.poll(Patience.MILLIS, TimeUnit.MILLISECONDS);
        if (tag == null) {
            throw new AssertionError("no tag in " + Patience.TIME + "; closed: " + closed);
        }
        return tag;
    }

    public boolean hasNext() {
        return !tags.isEmpty();
    }

    /** Returns the tags that have arrived and that {@link #next} has not taken. */
    public List<FlvTag> waiting() {
        return List.copyOf(tags);
    }

    /** Waits until the server closes the connection and returns its status code. */
    public int closed() throws Exception {
        return closed.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Returns whether the connection is over or what arrived is invalid. */
    public boolean isClosed() {
        return closed.isDone();
    }

    @Override
    public void close() {
        socket.abort();
    }
}
