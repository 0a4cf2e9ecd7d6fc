package io.millrace.edge.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection after its last response, in a way that lets the response arrive. Closing a socket with unread
 * input sends a reset, which may overtake the response (RFC 9112, 9.6). So this class shuts down the output first and
 * gives the peer {@link #LINGER_MS} to close the connection. Bytes that the peer still sends are read and dropped by
 * {@link ReadGate}, which counts none of it.
 *
 * <p>Add it as the listener of the write of the response. Stateless.
 */
final class LingeringClose implements ChannelFutureListener {
    static final LingeringClose CLOSE = new LingeringClose();
    private static final long LINGER_MS = 1_000;

    private LingeringClose() {}

    @Override
    public void operationComplete(ChannelFuture written) {
        Channel channel = written.channel();
        if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
            // Reading may have been stopped, and unread input would cause the reset.
            duplex.config().setAutoRead(true);
            duplex.shutdownOutput();
            var end = channel.eventLoop().schedule(() -> channel.close(), LINGER_MS, TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(_ -> end.cancel(false));
        } else {
            channel.close();
        }
    }
}
