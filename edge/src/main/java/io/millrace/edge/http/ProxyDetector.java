package io.millrace.edge.http;

import io.millrace.platform.net.ProxyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import java.net.SocketAddress;
import java.util.List;
import java.util.function.Consumer;

/**
 * Detects a PROXY header by the first bytes of a connection, adds its decoder if there is one, then removes itself. A
 * trusted proxy that speaks HTTP sends no PROXY header. Needs at most 12 bytes, which every request has.
 */
final class ProxyDetector extends ByteToMessageDecoder {
    private final Consumer<SocketAddress> cameFrom;

    /** @param cameFrom receives the source address of the PROXY header */
    ProxyDetector(Consumer<SocketAddress> cameFrom) {
        this.cameFrom = cameFrom;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        switch (HAProxyMessageDecoder.detectProtocol(in).state()) {
            case NEEDS_MORE_DATA -> {
                // Consumes nothing.
            }
            case DETECTED -> {
                ctx.pipeline().addAfter(ctx.name(), "proxy-address", new ProxyHeader(cameFrom));
                ctx.pipeline().addAfter(ctx.name(), "proxy-header", new HAProxyMessageDecoder());
                ctx.pipeline().remove(this);
            }
            case INVALID -> ctx.pipeline().remove(this);
        }
    }
}
