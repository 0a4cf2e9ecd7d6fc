package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;

/**
 * Answers a connection for which there is no room, before it asks for anything, and ends it. Confined to the event loop.
 */
final class Refusal extends ChannelInboundHandlerAdapter {
    private static final int RETRY_AFTER_S = 5;

    private final CloseReason reason;
    private final EdgeMeters meters;

    private Refusal(CloseReason reason, EdgeMeters meters) {
        this.reason = reason;
        this.meters = meters;
    }

    /** Of a connection that is new. */
    static void prepare(Channel channel, CloseReason reason, EdgeMeters meters) {
        channel.pipeline().addLast(new HttpResponseEncoder(), new Refusal(reason, meters));
    }

    /** Of a connection whose client is known now: takes the place of those who would serve it. */
    static void replace(ChannelPipeline pipeline, CloseReason reason, EdgeMeters meters) {
        pipeline.remove(HttpServerCodec.class);
        pipeline.remove(RequestGate.class);
        pipeline.remove(EdgeHandler.class);
        var refusal = new Refusal(reason, meters);
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
        reason.count(meters);
        boolean ofAddress = reason == CloseReason.TOO_MANY_OF_ADDRESS;
        byte[] body = Json.write(ofAddress
                ? ApiError.of("too_many_connections", "there are too many connections from your address")
                : ApiError.of("busy", "this edge is full"));
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1,
                ofAddress ? HttpResponseStatus.TOO_MANY_REQUESTS : HttpResponseStatus.SERVICE_UNAVAILABLE,
                Unpooled.wrappedBuffer(body));
        Exchange.describe(response.headers());
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.APPLICATION_JSON)
                .set(HttpHeaderNames.CACHE_CONTROL, Exchange.NO_STORE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.RETRY_AFTER, RETRY_AFTER_S)
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        ctx.writeAndFlush(response).addListener(LastWords.CLOSE);
    }
}
