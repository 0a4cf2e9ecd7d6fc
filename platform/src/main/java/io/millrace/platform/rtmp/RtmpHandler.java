package io.millrace.platform.rtmp;

import io.millrace.platform.tls.TlsFault;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;

/**
 * Passes the bytes, the writability, the clock and the faults of one channel to its {@link RtmpConnection}. Confined to
 * the event loop.
 */
final class RtmpHandler extends ChannelInboundHandlerAdapter {
    private final RtmpApplication application;
    private final RtmpMeters meters;
    private final ConnectionLimits limits;
    private final SharedState shared;
    private final boolean proxied;
    private RtmpConnection connection;
    private Future<?> ticking;

    /** @param proxied whether {@link #peerIs} will be called with the address from a PROXY header */
    RtmpHandler(RtmpApplication application, RtmpMeters meters, ConnectionLimits limits, SharedState shared,
            boolean proxied) {
        this.application = application;
        this.meters = meters;
        this.limits = limits;
        this.shared = shared;
        this.proxied = proxied;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        connection = new RtmpConnection(new RtmpSocket(context), application, meters, limits, shared);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        // With a fixed delay, a process that was suspended does not count the missed seconds against its peers.
        ticking = context.executor().scheduleWithFixedDelay(connection::tick, 1, 1, TimeUnit.SECONDS);
        connection.opened(context.channel().remoteAddress());
        if (!proxied) {
            connection.peerIs(context.channel().remoteAddress());
        }
    }

    /** Sets the address of the peer from a PROXY header. Called once, before the first byte of RTMP. */
    void peerIs(SocketAddress source) {
        connection.peerIs(source);
    }

    /** Ends the connection because the server is shutting down. */
    void shutDown() {
        connection.shutDown();
    }

    /**
     * Asks the peer to reconnect if it plays, does not publish, and supports such requests. Returns whether it was
     * asked.
     */
    boolean askPlayerToLeave(String description) {
        return connection.askPlayerToLeave(description);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            connection.received(bytes.nioBuffer());
        } finally {
            bytes.release();
        }
    }

    /** Replies to one read are sent together. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        context.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        connection.writabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ticking.cancel(false);
        connection.closed();
    }

    /** Netty reports a failed TLS handshake here, and closes the channel by itself. */
    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent tls && !tls.isSuccess()
                && !(tls.cause() instanceof ClosedChannelException)) {
            connection.end(CloseReason.TLS, TlsFault.reason(tls.cause()));
        }
        context.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        switch (cause) {
            case HAProxyProtocolException _ -> connection.end(CloseReason.PROXY_HEADER, cause.getMessage());
            case DecoderException _ when cause.getCause() instanceof SSLException tls ->
                connection.end(CloseReason.TLS, TlsFault.reason(tls));
            case IOException _ -> connection.end(CloseReason.PEER_CLOSED, cause.getMessage());
            default -> connection.endByBug(cause);
        }
    }
}
