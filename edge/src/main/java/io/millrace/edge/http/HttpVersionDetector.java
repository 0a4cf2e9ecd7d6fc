package io.millrace.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.List;

/**
 * Detects HTTP/2 by its client preface (RFC 9113, 3.4), then removes itself. Every client of HTTP/2 sends it first,
 * whether it was agreed on by ALPN or known before, and no request of HTTP/1.1 begins with it.
 */
final class HttpVersionDetector extends ByteToMessageDecoder {
    private static final ByteBuf PREFACE = Http2CodecUtil.connectionPrefaceBuf();

    private final Runnable onHttp2;

    /** @param onHttp2 replaces the handlers of HTTP/1.1 */
    HttpVersionDetector(Runnable onHttp2) {
        this.onHttp2 = onHttp2;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int bytes = Math.min(in.readableBytes(), FrameScan.PREFACE_BYTES);
        for (int i = 0; i < bytes; i++) {
            if (in.getByte(in.readerIndex() + i) != PREFACE.getByte(i)) {
                ctx.pipeline().remove(this);
                return;
            }
        }
        if (bytes == FrameScan.PREFACE_BYTES) {
            onHttp2.run();
            ctx.pipeline().remove(this);
        }
    }
}
