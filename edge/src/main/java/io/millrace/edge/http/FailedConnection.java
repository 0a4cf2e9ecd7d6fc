package io.millrace.edge.http;

import io.millrace.edge.exchange.Client;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.tls.TlsFault;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.haproxy.HAProxyProtocolException;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2StreamChannel;
import java.io.IOException;
import org.slf4j.event.Level;

/**
 * Ends a connection, or a stream of HTTP/2, after an exception in its pipeline: counts and logs the reason. A fault of
 * the peer is logged without a stack trace. Thread-safe.
 */
record FailedConnection(EdgeMeters meters, PeerLog log) {
    /** Counts and logs the reason, and closes the channel. */
    void end(ChannelHandlerContext ctx, Throwable cause) {
        Channel channel = ctx.channel();
        switch (cause) {
            case IOException _ -> {
                // The peer or the network closed the connection.
            }
            case HAProxyProtocolException _ -> end(channel, HttpCloseReason.PROXY_HEADER, cause);
            case DecoderException _ when channel instanceof Http2StreamChannel -> {
                end(channel, HttpCloseReason.MALFORMED, cause);
                ctx.write(new DefaultHttp2ResetFrame(Http2Error.PROTOCOL_ERROR));
            }
            case DecoderException _ -> TlsFault.in(cause).ifPresentOrElse(
                    tls -> end(channel, HttpCloseReason.TLS, TlsFault.reason(tls)),
                    () -> end(channel, HttpCloseReason.MALFORMED, cause));
            case Http2Exception fault -> {
                end(channel, reason(fault), cause);
                // The codec closes the stream or connection itself, with the code of the error.
                return;
            }
            default -> {
                String peer = Client.peer(channel);
                log.log(Level.ERROR, peer, "http {}: closed by a bug, please report it", peer, cause);
                HttpCloseReason.INTERNAL_ERROR.count(meters);
            }
        }
        ctx.close();
    }

    private static HttpCloseReason reason(Http2Exception fault) {
        return fault.error() == Http2Error.ENHANCE_YOUR_CALM ? HttpCloseReason.FLOOD : HttpCloseReason.MALFORMED;
    }

    private void end(Channel channel, HttpCloseReason reason, Throwable fault) {
        end(channel, reason, fault.getMessage());
    }

    private void end(Channel channel, HttpCloseReason reason, String why) {
        String peer = Client.peer(channel);
        log.log(Level.INFO, peer, "http {}: closed, {}: {}", peer, reason.label(), why);
        reason.count(meters);
    }
}
