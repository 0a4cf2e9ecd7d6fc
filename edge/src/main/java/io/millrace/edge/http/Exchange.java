package io.millrace.edge.http;

import io.millrace.edge.feed.Asker;
import io.millrace.edge.feed.BusyException;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.past.ReadLimitException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.event.Level;

/**
 * One request and its one response.
 *
 * <p>Confined to the event loop of its connection. Answers that come late, after the connection went away or another
 * answer was given, do nothing (and release their bytes).
 */
final class Exchange {
    static final String NO_STORE = "no-store";
    // Written as they are into every response.
    private static final AsciiString SERVER = AsciiString.cached("Millrace");
    private static final AsciiString ANYBODY = AsciiString.cached("*");
    private static final AsciiString EXPOSED = AsciiString.cached("Date, Age, Content-Length, Content-Range, ETag");
    private static final AsciiString CONTENT_TYPE_OPTIONS = AsciiString.cached("x-content-type-options");
    private static final AsciiString NOSNIFF = AsciiString.cached("nosniff");
    /** Nothing that a client sent goes into them unread. */
    private static final HttpHeadersFactory OUR_OWN = DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private final ChannelHandlerContext ctx;
    private final LimitClock clock;
    private final PeerLog log;
    private final HttpRequest request;
    private final boolean hasBody;
    private boolean keepAlive;
    private boolean answered;
    private boolean hasEnd = true;
    private Runnable onClose = () -> {};
    private Runnable onDrain = () -> {};
    private Runnable onShutdown = () -> {};
    private Runnable onWritable = () -> {};

    Exchange(ChannelHandlerContext ctx, HttpRequest request, LimitClock clock, PeerLog log) {
        this.ctx = ctx;
        this.clock = clock;
        this.log = log;
        this.request = request;
        // A body that nobody wants is not waited for.
        hasBody = HttpUtil.isTransferEncodingChunked(request) || HttpUtil.getContentLength(request, 0L) > 0;
        keepAlive = HttpUtil.isKeepAlive(request) && !hasBody && request.decoderResult().isSuccess();
    }

    ChannelHandlerContext context() {
        return ctx;
    }

    /** Where bytes go that need no HTTP codec any more: the framed body of a response that has begun. */
    ChannelHandlerContext wire() {
        return ctx.pipeline().context(HttpServerCodec.class);
    }

    /** Whether a body without a known length comes in chunks; else the connection's end is its end. */
    boolean isChunked() {
        return request.protocolVersion().isKeepAliveDefault();
    }

    HttpHeaders headers() {
        return request.headers();
    }

    boolean isHead() {
        return request.method().equals(HttpMethod.HEAD);
    }

    /** Whether the request has a body, behind which the connection cannot go on. */
    boolean hasBody() {
        return hasBody;
    }

    boolean isAnswered() {
        return answered;
    }

    /** Who asks, behind whatever proxy of ours; empty if unknown. */
    String remoteHost() {
        return Client.host(ctx.channel(), headers());
    }

    /** {@code host:port} of the client's end; without the port where only its proxy knows it. */
    String remoteAddress() {
        return Client.endpoint(ctx.channel(), headers());
    }

    /** For whom the log is read. */
    Asker asker() {
        Channel channel = ctx.channel();
        return new Asker(remoteHost(), () -> !channel.isActive());
    }

    /** Runs once if the connection goes away before the response is complete. */
    void onClose(Runnable action) {
        onClose = action;
    }

    /** Runs whenever the socket takes bytes again. */
    void onWritable(Runnable action) {
        onWritable = action;
    }

    /** Runs when the edge is to end soon: what waits for something is answered without it. */
    void onDrain(Runnable action) {
        onDrain = action;
    }

    /** Runs when the edge ends now: what goes on for ever is brought to its end. */
    void onShutdown(Runnable action) {
        onShutdown = action;
    }

    /** Whether the response, as it is now, comes to an end by itself. */
    boolean hasEnd() {
        return hasEnd;
    }

    /** Answers what is held, and closes the connection behind the response. */
    void drain() {
        keepAlive = false;
        onDrain.run();
        if (answered && hasEnd) {
            // Behind what is still to be written; a response that was answered just now has asked for it, too.
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    /** The edge ends now. */
    void shutDown() {
        keepAlive = false;
        onShutdown.run();
    }

    void writable() {
        onWritable.run();
    }

    void closed() {
        answered = true;
        Runnable action = onClose;
        onClose = () -> {};
        action.run();
    }

    /** Continues on this event loop when {@code stage} is done; a failure is answered here. */
    <T> void then(CompletionStage<T> stage, Consumer<T> next) {
        stage.whenComplete((value, failure) -> ctx.executor().execute(() -> {
            if (failure == null) {
                next.accept(value);
            } else {
                fail(failure);
            }
        }));
    }

    /** Runs {@code action} on this event loop unless it was cancelled before. */
    Runnable after(long millis, Runnable action) {
        var scheduled = clock.schedule(ctx.executor(), action, TimeUnit.MILLISECONDS.toNanos(millis));
        return () -> scheduled.cancel(false);
    }

    /** A whole response; {@code body} is transferred. */
    void send(HttpResponseStatus status, ByteBuf body, Consumer<HttpHeaders> more) {
        send(status, body, more, () -> {});
    }

    /**
     * The same.
     *
     * @param gone runs once the peer has taken the body, or will not
     */
    void send(HttpResponseStatus status, ByteBuf body, Consumer<HttpHeaders> more, Runnable gone) {
        if (answered) {
            body.release();
            gone.run();
            return;
        }
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body, OUR_OWN, OUR_OWN);
        prepare(response);
        more.accept(response.headers());
        if (status.equals(HttpResponseStatus.NO_CONTENT) || status.equals(HttpResponseStatus.NOT_MODIFIED)) {
            response.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
        } else {
            response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        }
        answered = true;
        finish(response, response.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true))
                .addListener(_ -> gone.run());
    }

    /** A response whose body follows piece by piece until {@link #endStream}, which may never come by itself. */
    void startStream(Consumer<HttpHeaders> more) {
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        prepare(response);
        if (isChunked()) {
            HttpUtil.setTransferEncodingChunked(response, true);
        } else {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        more.accept(response.headers());
        answered = true;
        hasEnd = false;
        ctx.write(response);
    }

    /** From now on the connection is no HTTP; there is no response but the handshake. Gives the request that asked for that. */
    HttpRequest upgrade() {
        answered = true;
        hasEnd = false;
        return request;
    }

    /** Whether the client would rather have a WebSocket. */
    boolean asksForWebSocket() {
        return WebSocketUpgrade.isAskedFor(request);
    }

    void endStream() {
        hasEnd = true;
        onClose = () -> {};
        finish(LastHttpContent.EMPTY_LAST_CONTENT, !keepAlive || !isChunked());
    }

    void error(HttpResponseStatus status, String code, String message) {
        error(status, ApiError.of(code, message), _ -> {});
    }

    void error(HttpResponseStatus status, ApiError error, Consumer<HttpHeaders> more) {
        send(status, Unpooled.wrappedBuffer(Json.write(error)), headers -> {
            headers.set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON);
            headers.set(HttpHeaderNames.CACHE_CONTROL, NO_STORE);
            more.accept(headers);
        });
    }

    void fail(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof BusyException || cause instanceof ReadLimitException) {
            error(HttpResponseStatus.SERVICE_UNAVAILABLE, ApiError.of("busy", cause.getMessage()),
                    headers -> headers.set(HttpHeaderNames.RETRY_AFTER, 1));
        } else {
            logFailure(cause);
            error(HttpResponseStatus.SERVICE_UNAVAILABLE, ApiError.of("log_unavailable", "the log cannot be read now"),
                    headers -> headers.set(HttpHeaderNames.RETRY_AFTER, 2));
        }
    }

    /** That the log does not answer is no bug, so it has no stack trace. */
    private void logFailure(Throwable cause) {
        String peer = Client.peer(ctx.channel());
        if (cause instanceof TimeoutException || cause instanceof org.apache.kafka.common.errors.TimeoutException) {
            log.log(Level.WARN, peer, "http {}: request for {} failed: {}", peer, request.uri(), cause.toString());
        } else {
            log.log(Level.WARN, peer, "http {}: request for {} failed", peer, request.uri(), cause);
        }
    }

    private void prepare(HttpResponse response) {
        HttpHeaders headers = response.headers();
        describe(headers);
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (!request.protocolVersion().isKeepAliveDefault()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /** What every response says. */
    static void describe(HttpHeaders headers) {
        headers.set(HttpHeaderNames.DATE, ResponseDate.now());
        headers.set(HttpHeaderNames.SERVER, SERVER);
        headers.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY);
        headers.set(HttpHeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        headers.set(CONTENT_TYPE_OPTIONS, NOSNIFF);
    }

    private ChannelFuture finish(Object last, boolean close) {
        ChannelFuture written = ctx.writeAndFlush(last);
        if (close) {
            written.addListener(LastWords.CLOSE);
        }
        return written;
    }
}
