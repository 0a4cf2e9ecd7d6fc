package io.millrace.platform.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.function.Consumer;

/**
 * Passes the client's address from the PROXY header, as decoded by Netty, to the connection, and then removes itself. A
 * connection that the load balancer opened for itself (LOCAL, UNKNOWN) keeps the load balancer's address.
 */
public final class ProxyHeader extends ChannelInboundHandlerAdapter {
    private final Consumer<SocketAddress> cameFrom;

    /** @param cameFrom receives the client's address, once, on the event loop and before the connection's first byte */
    public ProxyHeader(Consumer<SocketAddress> cameFrom) {
        this.cameFrom = cameFrom;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws UnknownHostException {
        if (!(message instanceof HAProxyMessage header)) {
            context.fireChannelRead(message);
            return;
        }
        try {
            boolean tcp = header.proxiedProtocol() == HAProxyProxiedProtocol.TCP4
                    || header.proxiedProtocol() == HAProxyProxiedProtocol.TCP6;
            byte[] address = tcp && header.sourceAddress() != null
                    ? NetUtil.createByteArrayFromIpAddressString(header.sourceAddress())
                    : null;
            cameFrom.accept(address == null
                    ? context.channel().remoteAddress()
                    : new InetSocketAddress(InetAddress.getByAddress(address), header.sourcePort()));
        } finally {
            header.release();
        }
        context.pipeline().remove(this);
    }
}
