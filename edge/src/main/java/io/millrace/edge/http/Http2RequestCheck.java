package io.millrace.edge.http;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.HttpCloseReason;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Resets a stream whose request is malformed (RFC 9113, 8.3.1): {@code :method} or {@code :path} is missing, or cannot be
 * part of a request line. Netty's codec of HTTP objects would throw an exception, and never release the buffer that it
 * has allocated for the request's body.
 *
 * <p>One per stream, before that codec; confined to the event loop of the connection.
 */
final class Http2RequestCheck extends ChannelInboundHandlerAdapter {
    private final EdgeMeters meters;
    private boolean requested;
    private boolean malformed;

    Http2RequestCheck(EdgeMeters meters) {
        this.meters = meters;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof Http2HeadersFrame frame && !requested) {
            requested = true;
            malformed = !isRequest(frame.headers());
            if (malformed) {
                HttpCloseReason.MALFORMED.count(meters);
                ctx.writeAndFlush(new DefaultHttp2ResetFrame(Http2Error.PROTOCOL_ERROR));
            }
        }
        if (malformed) {
            ReferenceCountUtil.release(message);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    private static boolean isRequest(Http2Headers head) {
        CharSequence method = head.method();
        // RFC 9113, 8.5: CONNECT has no path.
        CharSequence target = HttpMethod.CONNECT.asciiName().contentEquals(method == null ? "" : method)
                ? head.authority()
                : head.path();
        return method != null && !method.isEmpty() && HttpHeaderValidationUtil.validateToken(method) == -1
                && target != null && !target.isEmpty() && HttpUtil.isEncodingSafeStartLineToken(target);
    }
}
