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
 * Answers one request, exactly once: with a whole body, a stream or an error. The endpoint of the request owns the
 * response until it has answered; with {@link #hold}, it names a {@link ResponseOwner}, which also learns when the
 * client leaves.
 *
 * <p>Confined to the event loop of its connection. An answer after the client has left is discarded, and its memory is
 * released; a second answer is a bug.
 */
public interface Responder {
    String NO_STORE = "no-store";
    /** How long a request for something that does not exist yet is held before it is answered with 404. */
    long HOLD_MS = 10_000;
    /** A hold that ends only with an answer or with the client. */
    long NO_LIMIT = Long.MAX_VALUE;

    Request request();

    /** Returns the event loop of the connection. */
    EventExecutor loop();

    /**
     * Sends a complete response; takes ownership of {@code body}.
     *
     * @param gone runs once the body was sent or discarded
     */
    void send(HttpResponseStatus status, ByteBuf body, Consumer<HttpHeaders> more, Runnable gone);

    /** Sends a complete response; takes ownership of {@code body}. */
    default void send(HttpResponseStatus status, ByteBuf body, Consumer<HttpHeaders> more) {
        send(status, body, more, () -> {});
    }

    /** Starts a response with status 200 whose body follows in pieces. */
    BodyStream stream(Consumer<HttpHeaders> more);

    /**
     * Completes the WebSocket handshake; frames follow in both directions.
     *
     * @param frames handles the client's frames, instead of the handlers of HTTP
     * @return the outlet for framed pieces
     */
    SocketOutlet upgrade(ChannelHandler frames);

    /** Gives up the response: the client leaves without closing the connection, which the caller closes. */
    void abandon();

    default void error(HttpResponseStatus status, ApiError error, Consumer<HttpHeaders> more) {
        send(status, Unpooled.wrappedBuffer(Json.write(error)), headers -> {
            headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
            headers.set(HttpHeaderNames.CACHE_CONTROL, NO_STORE);
            more.accept(headers);
        });
    }

    default void error(HttpResponseStatus status, String code, String message) {
        error(status, ApiError.of(code, message), _ -> {});
    }

    /** Answers with the error of a failed read: a limit was reached, the log is unavailable, or there is a bug. */
    void fail(Throwable failure);

    /**
     * Holds the request: {@code owner} answers it when it can. A request has one owner at a time.
     *
     * @param limitMs time after which the owner must answer, or {@link #NO_LIMIT}
     */
    void hold(ResponseOwner owner, long limitMs);

    /** Ends a hold whose owner has what it waited for; the caller answers. */
    void release();

    /**
     * Runs {@code work} and whatever follows with {@link #then} step by step, each step in the turn of the client's
     * network: for requests that take much processor time and that a client can send many of. Refuses the request if
     * too many requests of the network are waiting.
     */
    void inTurns(Runnable work);

    /** Runs {@code task} on the event loop. */
    void execute(Runnable task);

    /**
     * Runs {@code next} on the event loop when {@code stage} completes; a failure is answered here.
     *
     * @param discard receives the value instead if the client has left
     */
    <T> void then(CompletionStage<T> stage, Consumer<T> next, Consumer<T> discard);

    /** Runs {@code next} on the event loop when {@code stage} completes, unless the client has left. */
    default <T> void then(CompletionStage<T> stage, Consumer<T> next) {
        then(stage, next, _ -> {});
    }
}
