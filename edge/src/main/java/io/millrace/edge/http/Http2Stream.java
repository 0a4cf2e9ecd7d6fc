package io.millrace.edge.http;

import io.millrace.platform.net.ConnectionAdmission;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.Map;

/**
 * One stream of an HTTP/2 connection: passes its request to {@link EdgeHandler} as one of HTTP/1.1, within the limits
 * of HTTP/1.1, and drops a request body that the handler does not read. Bodies are written in pieces of
 * {@link #PIECE_BYTES}, whose completion shows that the client reads.
 *
 * <p>Confined to the event loop of the connection. Stands between Netty's codec of HTTP objects and
 * {@link EdgeHandler}.
 */
final class Http2Stream extends ChannelDuplexHandler {
    /** Estimated heap size of a stream's channel with its handlers. */
    static final int STREAM_BYTES = 4 * 1024;
    /** A client must read this much, or all that waits for it, in the time that {@code blocked} allows. */
    static final int PIECE_BYTES = 64 * 1024;
    /** Estimated heap size of a parsed header without its characters, as in {@link ReadGate}. */
    private static final int HEADER_BYTES = 128;
    private static final int HEADER_SEPARATORS = ": \r\n".length();
    private static final int LINE_EXTRA = " ".length() + " HTTP/1.1".length();
    /** Prefix of the headers that Netty's codec adds. */
    private static final String CONVERTED = "x-http2-";
    /** Lowest status code of a response that does not grant the request. */
    private static final int REFUSALS = 400;

    private final Http2Connection connection;
    private final CorsOrigins origins;
    private final HttpLimits limits;
    private final LimitClock clock;
    private ChannelHandlerContext context;
    /** Null until the stream was admitted. */
    private ConnectionAdmission.Place place;
    /** Memory that is counted for the stream; 0 before its request and after its end. */
    private long countedBytes;
    private boolean requested;
    private boolean isHead;
    /** Whether the client has not ended its request. */
    private boolean hasBody;
    /** Writes that have not reached the socket, and the last one; null before the first. */
    private int waiting;
    private ChannelFuture lastWrite;
    /** When a write reached the socket, or the first of those that wait was made, by {@link #clock}. */
    private long movedNanos;

    Http2Stream(Http2Connection connection, HttpLimits limits, CorsOrigins origins, LimitClock clock) {
        this.origins = origins;
        this.connection = connection;
        this.limits = limits;
        this.clock = clock;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request && !requested) {
            requested = true;
            hasBody = !(request instanceof FullHttpRequest);
            request(ctx, request);
            return;
        }
        if (message instanceof LastHttpContent) {
            hasBody = false;
        }
        if (message instanceof HttpContent content && place != null && handler().readsBody()) {
            int sizeBytes = content.content().readableBytes();
            if (connection.take(sizeBytes)) {
                countedBytes += sizeBytes;
                ctx.fireChannelRead(message);
                return;
            }
            connection.shed();
        }
        ReferenceCountUtil.release(message);
    }

    private EdgeHandler handler() {
        return context.pipeline().get(EdgeHandler.class);
    }

    private void request(ChannelHandlerContext ctx, HttpRequest request) {
        isHead = request.method().equals(HttpMethod.HEAD);
        if (connection.isEnding() || !take(request)) {
            ReferenceCountUtil.release(request);
            connection.shed();
            return;
        }
        connection.opened(this);
        Http2Connection.Admitted admitted = connection.admit();
        place = admitted.place();
        if (admitted.refusal() != null) {
            ReferenceCountUtil.release(request);
            write(ctx, Refusal.response(admitted.refusal(), origins), ctx.newPromise());
            ctx.flush();
            return;
        }
        limit(request);
        ctx.fireChannelRead(request);
        if (hasBody && handler().readsBody()) {
            permitBody();
        }
    }

    /** Permits the client to send as much as a body may have; no other stream permits any byte. */
    private void permitBody() {
        var channel = (Http2StreamChannel) context.channel();
        var http2 = channel.parent().pipeline().get(Http2FrameCodec.class).connection();
        try {
            http2.local().flowController().incrementWindowSize(http2.stream(channel.stream().id()),
                    RequestBody.LIMIT_BYTES);
            channel.parent().flush();
        } catch (Http2Exception e) {
            context.fireExceptionCaught(e);
        }
    }

    private boolean take(HttpRequest request) {
        long bytes = STREAM_BYTES + request.uri().length();
        for (Map.Entry<String, String> header : request.headers()) {
            bytes += HEADER_BYTES + header.getKey().length() + header.getValue().length();
        }
        if (!connection.take(bytes)) {
            return false;
        }
        countedBytes = bytes;
        return true;
    }

    /** Marks a request as undecodable that is longer than one of HTTP/1.1 may be. */
    private void limit(HttpRequest request) {
        int headersBytes = 0;
        int count = 0;
        for (Map.Entry<String, String> header : request.headers()) {
            if (!header.getKey().startsWith(CONVERTED)) {
                headersBytes += header.getKey().length() + header.getValue().length() + HEADER_SEPARATORS;
                count++;
            }
        }
        if (request.method().name().length() + request.uri().length() + LINE_EXTRA > limits.lineBytes()) {
            request.setDecoderResult(DecoderResult.failure(new TooLongHttpLineException()));
        } else if (headersBytes > limits.headersBytes() || count > limits.headerCount()) {
            request.setDecoderResult(DecoderResult.failure(new TooLongHttpHeaderException()));
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response && response.status().code() < REFUSALS) {
            connection.admitted();
        }
        switch (message) {
            case FullHttpResponse whole when whole.content().readableBytes() > (isHead ? 0 : PIECE_BYTES) ->
                writePieces(ctx, whole, promise.unvoid());
            case ByteBuf nothing when !nothing.isReadable() -> afterLast(nothing, promise.unvoid());
            case ByteBuf piece -> writePiece(ctx, new DefaultHttpContent(piece), promise.unvoid());
            default -> writePiece(ctx, message, promise.unvoid());
        }
    }

    private void writePieces(ChannelHandlerContext ctx, FullHttpResponse whole, ChannelPromise promise) {
        ByteBuf body = whole.content();
        try {
            writePiece(ctx, new DefaultHttpResponse(whole.protocolVersion(), whole.status(), whole.headers()),
                    ctx.newPromise());
            if (isHead) {
                body.skipBytes(body.readableBytes());
            }
            while (body.readableBytes() > PIECE_BYTES) {
                writePiece(ctx, new DefaultHttpContent(body.readRetainedSlice(PIECE_BYTES)), ctx.newPromise());
            }
            writePiece(ctx, new DefaultLastHttpContent(body.readRetainedSlice(body.readableBytes())), promise);
        } finally {
            body.release();
        }
    }

    private void writePiece(ChannelHandlerContext ctx, Object piece, ChannelPromise promise) {
        if (waiting == 0) {
            movedNanos = clock.nanoTime(ctx.executor());
        }
        waiting++;
        boolean last = piece instanceof LastHttpContent;
        lastWrite = promise.addListener(written -> {
            waiting--;
            movedNanos = clock.nanoTime(ctx.executor());
            if (last) {
                leave();
            }
            if (last && hasBody && written.isSuccess()) {
                // RFC 9113, 8.1: the client need not send the rest of its request.
                reset(Http2Error.NO_ERROR);
            }
        });
        ctx.write(piece, promise);
    }

    private void afterLast(ByteBuf nothing, ChannelPromise promise) {
        nothing.release();
        if (lastWrite == null) {
            promise.setSuccess();
        } else {
            lastWrite.addListener(_ -> promise.setSuccess());
        }
    }

    /** Returns whether the client has accepted none of its pending bytes for this time. */
    boolean isBlocked(long nowNanos, long blockedNanos) {
        return waiting > 0 && nowNanos - movedNanos >= blockedNanos;
    }

    /** Ends the stream at once, and discards what waits for it. */
    void reset(Http2Error error) {
        context.writeAndFlush(new DefaultHttp2ResetFrame(error));
    }

    void drain() {
        ChannelHandlerContext handler = context.pipeline().context(EdgeHandler.class);
        ((EdgeHandler) handler.handler()).drain(handler);
    }

    boolean hasEnd() {
        return handler().hasEnd();
    }

    void shutDown() {
        handler().shutDown();
    }

    /** The channel becomes inactive later, and the client's next request may come first. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Http2ResetFrame) {
            leave();
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        leave();
        connection.closed(this);
        ctx.fireChannelInactive();
    }

    /** Uncounts the stream, once. */
    private void leave() {
        connection.giveBack(countedBytes);
        countedBytes = 0;
        if (place != null) {
            place.leave();
        }
    }
}
