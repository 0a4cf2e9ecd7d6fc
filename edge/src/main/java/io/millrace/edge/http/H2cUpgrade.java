package io.millrace.edge.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerUpgradeHandler;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ServerUpgradeCodec;
import io.netty.handler.ssl.SslHandler;

/**
 * Upgrades a plain connection from HTTP/1.1 to HTTP/2 if a request asks for it ({@code Upgrade: h2c}, RFC 7540, 3.2),
 * by Netty's handler: the response is 101, and the request becomes stream 1. A request whose upgrade is malformed, that
 * has a body, or that came over TLS is answered by HTTP/1.1.
 *
 * <p>Confined to the event loop. Stands between {@link RequestGate} and {@link EdgeHandler}.
 */
final class H2cUpgrade extends ChannelInboundHandlerAdapter {
    private final Http2Pipeline http2;

    H2cUpgrade(Http2Pipeline http2) {
        this.http2 = http2;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request && asksFor(request)
                && ctx.pipeline().get(SslHandler.class) == null) {
            upgrade(ctx, request);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private static boolean asksFor(HttpRequest request) {
        return request.headers().containsValue(HttpHeaderNames.UPGRADE, Http2CodecUtil.HTTP_UPGRADE_PROTOCOL_NAME, true)
                && request.decoderResult().isSuccess() && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !HttpUtil.is100ContinueExpected(request) && !HttpUtil.isTransferEncodingChunked(request)
                && HttpUtil.getContentLength(request, 0L) == 0;
    }

    private void upgrade(ChannelHandlerContext ctx, HttpRequest request) {
        ChannelPipeline pipeline = ctx.pipeline();
        Http2Pipeline.Handlers handlers = http2.handlers();
        var upgrade = new HttpServerUpgradeHandler(pipeline.get(HttpServerCodec.class),
                _ -> new Http2ServerUpgradeCodec(handlers.codec(), handlers.streams(), handlers.connection()), 0);
        pipeline.addAfter(ctx.name(), null, upgrade);
        // Upgrades, or passes the request on.
        ctx.fireChannelRead(request);
        ctx.fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
        if (pipeline.context(handlers.codec()) == null) {
            pipeline.remove(upgrade);
            return;
        }
        pipeline.remove(EdgeHandler.class);
        pipeline.remove(RequestGate.class);
        pipeline.addAfter(ctx.name(), null, handlers.gate());
        // Passes on the bytes that were read already.
        pipeline.remove(ReadGate.class);
        pipeline.remove(this);
        pipeline.channel().config().setAutoRead(true);
    }
}
