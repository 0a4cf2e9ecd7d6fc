package io.millrace.edge.http;

import io.millrace.edge.exchange.ApiError;
import io.millrace.edge.exchange.Json;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.platform.tls.TlsByFirstByte;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.util.List;

/**
 * Refuses a connection over the limit: sends 503 or 429 without waiting for a request, and closes it. Confined to the
 * event loop.
 */
final class Refusal extends ChannelInboundHandlerAdapter {
    private static final int RETRY_AFTER_S = 5;
    /** The handlers that serve a connection and have not received a byte yet; {@link ReadGate} goes last. */
    private static final List<Class<? extends ChannelHandler>> SERVING = List.of(TlsByFirstByte.class,
            SslHandler.class, HttpVersionDetector.class, HttpServerCodec.class, RequestGate.class, H2cUpgrade.class,
            EdgeHandler.class);

    private final HttpCloseReason reason;
    private final Endpoints endpoints;

    private Refusal(HttpCloseReason reason, Endpoints endpoints) {
        this.reason = reason;
        this.endpoints = endpoints;
    }

    /** Refuses a new connection, once it is active. */
    static void prepare(Channel channel, HttpCloseReason reason, Endpoints endpoints) {
        channel.pipeline().addLast(new HttpResponseEncoder(), new Refusal(reason, endpoints));
    }

    /** Refuses a connection whose client became known later, by a PROXY header: replaces the handlers that serve it. */
    static void replace(ChannelPipeline pipeline, HttpCloseReason reason, Endpoints endpoints) {
        for (Class<? extends ChannelHandler> serves : SERVING) {
            if (pipeline.get(serves) != null) {
                pipeline.remove(serves);
            }
        }
        var refusal = new Refusal(reason, endpoints);
        pipeline.addLast(new HttpResponseEncoder(), refusal);
        pipeline.remove(ReadGate.class);
        refusal.answer(pipeline.context(refusal));
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        answer(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    private void answer(ChannelHandlerContext ctx) {
        reason.count(endpoints.meters());
        ctx.writeAndFlush(response(reason, endpoints.origins())).addListener(LingeringClose.CLOSE);
    }

    /** Returns the response to a connection, or a stream of HTTP/2, that is refused. */
    static FullHttpResponse response(HttpCloseReason reason, CorsOrigins origins) {
        boolean ofAddress = reason == HttpCloseReason.TOO_MANY_OF_ADDRESS;
        byte[] body = Json.write(ofAddress
                ? ApiError.of("too_many_connections", "too many connections from your address")
                : ApiError.of("busy", "this edge has reached its limit of connections"));
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
                ofAddress ? HttpResponseStatus.TOO_MANY_REQUESTS : HttpResponseStatus.SERVICE_UNAVAILABLE,
                Unpooled.wrappedBuffer(body));
        ResponseHeaders.add(response.headers());
        origins.add(response.headers(), EmptyHttpHeaders.INSTANCE);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.CACHE_CONTROL, Responder.NO_STORE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_S)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }
}
