package io.millrace.edge.http;

import io.millrace.edge.exchange.WebSocketUpgrade;
import io.millrace.platform.net.SocketOutlet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import java.util.function.Consumer;

/**
 * Writes one response to its connection, and closes the connection after it if no request may follow. Confined to the
 * event loop.
 */
final class ResponseWriter {
    /** The headers of whole responses are not validated: client input is checked before it is used in a header. */
    private static final HttpHeadersFactory OUR_OWN = DefaultHttpHeadersFactory.headersFactory().withValidation(false);

    private final ChannelHandlerContext ctx;
    private final HttpRequest request;
    private final CorsOrigins origins;
    private final boolean chunked;
    private boolean keepAlive;

    /** @param chunked whether a body of unknown length is sent in chunks */
    ResponseWriter(ChannelHandlerContext ctx, HttpRequest request, CorsOrigins origins, boolean chunked,
            boolean keepAlive) {
        this.origins = origins;
        this.ctx = ctx;
        this.request = request;
        this.chunked = chunked;
        this.keepAlive = keepAlive;
    }

    /** Makes the connection close after this response, instead of accepting a further request. */
    void closeAfterwards() {
        keepAlive = false;
    }

    /** Writes and flushes a complete response; takes ownership of {@code body}. */
    ChannelFuture whole(HttpResponseStatus status, ByteBuf body, Consumer<HttpHeaders> more) {
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body, OUR_OWN, OUR_OWN);
        HttpHeaders headers = response.headers();
        prepare(headers);
        more.accept(headers);
        origins.vary(headers);
        if (status.equals(HttpResponseStatus.NO_CONTENT) || status.equals(HttpResponseStatus.NOT_MODIFIED)) {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        } else {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
        }
        return finish(response, headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true));
    }

    /** Writes the response headers for a body of unknown length, without a flush. */
    void begin(Consumer<HttpHeaders> more) {
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        prepare(response.headers());
        if (chunked) {
            HttpUtil.setTransferEncodingChunked(response, true);
        } else {
            response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        more.accept(response.headers());
        origins.vary(response.headers());
        ctx.write(response);
    }

    /**
     * Returns the outlet for framed pieces of the body. It lies below the codec of HTTP/1.1, which would frame them
     * again; with HTTP/2, {@link Http2Stream} sends them as DATA frames.
     */
    SocketOutlet outlet() {
        ChannelHandlerContext codec = ctx.pipeline().context(HttpServerCodec.class);
        return SocketOutlet.of(codec == null ? ctx : codec);
    }

    /** Completes a body of unknown length: writes the last chunk, if any, and closes the connection if necessary. */
    void end() {
        finish(LastHttpContent.EMPTY_LAST_CONTENT, !keepAlive || !chunked);
    }

    /** Closes the connection after all pending writes, without a last chunk: a body that has failed ends incomplete. */
    void closeWhenWritten() {
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes the connection at once, and discards pending writes. */
    void abort() {
        ctx.close();
    }

    /**
     * Completes the WebSocket handshake, and replaces the HTTP handlers. Returns the outlet for WebSocket frames.
     *
     * @param frames receives the client's frames
     */
    SocketOutlet upgrade(ChannelHandler frames) {
        Channel channel = ctx.channel();
        ChannelPipeline pipeline = channel.pipeline();
        pipeline.replace(RequestGate.class, null, frames);
        channel.config().setAutoRead(true);
        WebSocketUpgrade.complete(channel, request);
        pipeline.remove(ReadGate.class);
        return SocketOutlet.of(pipeline.context(WebSocketFrameEncoder.class));
    }

    private void prepare(HttpHeaders headers) {
        ResponseHeaders.add(headers);
        origins.add(headers, request.headers());
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (!request.protocolVersion().isKeepAliveDefault()) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    private ChannelFuture finish(Object last, boolean close) {
        ChannelFuture written = ctx.writeAndFlush(last);
        if (close) {
            written.addListener(LingeringClose.CLOSE);
        }
        return written;
    }
}
