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

/** A WebSocket-FLV viewer that keeps every tag until the test takes it. Thread-safe. */
public final class WebSocketFlvViewer implements WebSocket.Listener, AutoCloseable {
    private static final int TAG_LIMIT_BYTES = 8 << 20;

    private final FlvReader reader = new FlvReader(TAG_LIMIT_BYTES);
    private final BlockingQueue<FlvTag> tags = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final WebSocket socket;

    /**
     * Connects. Blocks until the server has answered the handshake.
     *
     * @param uri URI with the scheme {@code ws}, or {@code http}, which is replaced by {@code ws}
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

    /** Returns the file header, which must have been received: it arrives before the first tag. */
    public FlvHeader header() {
        return reader.header().orElseThrow();
    }

    /**
     * Takes the next tag. Blocks until it has arrived.
     *
     * @throws AssertionError if no tag arrives within {@link Patience#TIME}
     */
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

    /** Returns the tags that have arrived but were not taken by {@link #next}. */
    public List<FlvTag> waiting() {
        return List.copyOf(tags);
    }

    /** Blocks until the server has closed the connection. Returns the status code of the close. */
    public int closed() throws Exception {
        return closed.get(Patience.MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Returns whether the connection has ended, or the server has sent an invalid message. */
    public boolean isClosed() {
        return closed.isDone();
    }

    @Override
    public void close() {
        socket.abort();
    }
}
