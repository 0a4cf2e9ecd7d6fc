package io.millrace.edge.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;

/** The requests of a connection that are being answered, as a shutdown sees them. Confined to its event loop. */
interface Exchanges extends ChannelHandler {
    /**
     * Makes held requests be answered now, and closes the connection after the responses; immediately if there is no
     * request.
     */
    void drain(ChannelHandlerContext ctx);

    /** Returns whether the connection closes soon after {@link #drain} without {@link #shutDown}. */
    boolean hasEnd();

    /** Ends responses that are sent in pieces, because the edge shuts down; the connection closes after them. */
    void shutDown();
}
