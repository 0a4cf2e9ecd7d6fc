package io.millrace.platform.net;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Makes a listener wait for a second when it cannot accept a connection, for example because the process has no file
 * descriptor left, and then try again. Netty alone would log a stack trace per attempt. Thread-safe.
 */
@ChannelHandler.Sharable
public final class AcceptFaults extends ChannelInboundHandlerAdapter {
    public static final AcceptFaults HANDLER = new AcceptFaults(LoggerFactory.getLogger(AcceptFaults.class));
    private static final String ALL_PEERS = "connections that could not be accepted";
    private static final int PAUSE_S = 1;

    private final PeerLog log;

    AcceptFaults(Logger log) {
        this.log = new PeerLog(log);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        log.log(Level.WARN, ALL_PEERS, "cannot accept a connection to {}, trying again in {} s: {}",
                ctx.channel().localAddress(), PAUSE_S, cause.toString());
        ChannelConfig listener = ctx.channel().config();
        if (listener.isAutoRead()) {
            listener.setAutoRead(false);
            ctx.executor().schedule(() -> listener.setAutoRead(true), PAUSE_S, TimeUnit.SECONDS);
        }
    }
}
