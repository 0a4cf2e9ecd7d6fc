package io.millrace.platform.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.function.Supplier;

/**
 * Accepts TLS and plain connections on one port: a TLS handshake begins with 0x16, RTMP with its version, 3, HTTP with
 * a letter. At the first byte, replaces itself with a TLS handler or removes itself.
 */
public final class TlsByFirstByte extends ByteToMessageDecoder {
    private static final int TLS_HANDSHAKE = 0x16;

    private final Supplier<ChannelHandler> tls;

    /** @param tls creates the TLS handler */
    public TlsByFirstByte(Supplier<ChannelHandler> tls) {
        this.tls = tls;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (in.getUnsignedByte(in.readerIndex()) == TLS_HANDSHAKE) {
            context.pipeline().addAfter(context.name(), null, tls.get());
        }
        // Passes the bytes read so far to the next handler.
        context.pipeline().remove(this);
    }
}
