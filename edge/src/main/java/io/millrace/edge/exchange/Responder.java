package io.millrace.edge.exchange;

import io.millrace.platform.net.SocketOutlet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Answers one request, exactly once: with a whole body, a body in pieces, a WebSocket upgrade, or an error. The
 * endpoint of the request owns the response until it has answered; with {@link #hold}, it names a
 * {@link ResponseOwner}, which is also told when the client leaves.
 *
 * <p>Confined to the event loop of its connection, except {@link #execute}. A whole answer or error after the client
 * has left is discarded, and its memory is released; a second answer is a bug. {@link #stream} and {@link #upgrade}
 * must not be called after the client has left.
 */
public interface Responder {
    /** Value of Cache-Control. */
    String NO_STORE = "no-store";
    /** How long a request for something that does not exist yet is held before it is answered with 404. */
    long HOLD_MS = 10_000;
    /** Limit of a hold that ends only when the request is answered, the client leaves or the edge shuts down. */
    long NO_LIMIT = Long.MAX_VALUE;

    Request request();

    /** Returns the event loop of the connection. */
    EventExecutor loop();

    /**
     * Sends a complete response; takes ownership of {@code body}.
     *
     * @param more sets the headers of this response, such as Content-Type; Content-Length and the headers that all
     *     responses have are set by the responder
     * @param gone runs once the body was sent or discarded
     */
    void send(HttpResponseStatus status, ByteBuf body, Consumer<HttpHeaders> more, Runnable gone);

    /** Sends a complete response; takes ownership of {@code body}. */
    default void send(HttpResponseStatus status, ByteBuf body, Consumer<HttpHeaders> more) {
        send(status, body, more, () -> {});
    }

    /**
     * Starts a response with status 200 whose body follows in pieces. Its headers include
     * {@code Transfer-Encoding: chunked} if {@link Request#acceptsChunked}, otherwise {@code Connection: close}.
     *
     * @param more sets further response headers, such as Content-Type
     */
    BodyStream stream(Consumer<HttpHeaders> more);

    /**
     * Completes the WebSocket handshake; frames follow in both directions.
     *
     * @param frames replaces the HTTP handlers, and receives the client's frames
     * @return the outlet for framed pieces
     */
    SocketOutlet upgrade(ChannelHandler frames);

    /**
     * Gives up the response as if the client had left: its owner is told. The caller closes the connection. Has no
     * effect if the response is over.
     */
    void abandon();

    /**
     * Sends an error response with a JSON body.
     *
     * @param more sets further response headers
     */
    default void error(HttpResponseStatus status, ApiError error, Consumer<HttpHeaders> more) {
        send(status, Unpooled.wrappedBuffer(Json.write(error)), headers -> {
            headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
            headers.set(HttpHeaderNames.CACHE_CONTROL, NO_STORE);
            more.accept(headers);
        });
    }

    /** Sends an error response with a JSON body and no further headers. */
    default void error(HttpResponseStatus status, String code, String message) {
        error(status, ApiError.of(code, message), _ -> {});
    }

    /** Sends the 503 response for a failed read: a limit was reached, the log is unavailable, or there is a bug. */
    void fail(Throwable failure);

    /**
     * Holds the request: {@code owner} answers it when it can. A request has one owner at a time. Calls
     * {@link ResponseOwner#clientLeft} before returning if the client has left already, and
     * {@link ResponseOwner#giveUp} if the edge is shutting down.
     *
     * @param limitMs time after which {@link ResponseOwner#giveUp} is called, or {@link #NO_LIMIT}
     */
    void hold(ResponseOwner owner, long limitMs);

    /** Ends a hold without an answer: the caller answers, or holds the request again with another owner. */
    void release();

    /**
     * Runs {@code work} on the event loop when it is the turn of the client's network ({@link Request#network}), and
     * likewise each step that follows with {@link #then}. Networks take turns, so that one whose clients send many
     * requests that take much processor time does not delay the others. Answers with 503 if too many requests of the
     * network are waiting. The first call for a request returns at once; a later call runs {@code work} before it
     * returns.
     */
    void inTurns(Runnable work);

    /** Queues {@code task} on the event loop. Thread-safe. */
    void execute(Runnable task);

    /**
     * Runs {@code next} on the event loop when {@code stage} completes; if it fails, answers as {@link #fail} does.
     *
     * @param discard receives the value instead if the client has left, and must release it
     */
    <T> void then(CompletionStage<T> stage, Consumer<T> next, Consumer<T> discard);

    /** Runs {@code next} on the event loop when {@code stage} completes, unless the client has left. */
    default <T> void then(CompletionStage<T> stage, Consumer<T> next) {
        then(stage, next, _ -> {});
    }
}
