package io.millrace.edge.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import java.util.concurrent.TimeUnit;

/**
 * Ends a connection so that its last response arrives: to close a socket of which not all was read is a reset, and that may
 * overtake the response (RFC 9112, 9.6). So the peer sees the end first, and has a moment to close by itself.
 */
final class LastWords implements ChannelFutureListener {
    static final LastWords CLOSE = new LastWords();
    private static final long LINGER_MS = 1_000;

    private LastWords() {}

    @Override
    public void operationComplete(ChannelFuture written) {
        Channel channel = written.channel();
        if (written.isSuccess() && channel instanceof DuplexChannel duplex) {
            duplex.config().setAutoRead(true);
            duplex.shutdownOutput();
            var end = channel.eventLoop().schedule(() -> channel.close(), LINGER_MS, TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(_ -> end.cancel(false));
        } else {
            channel.close();
        }
    }
}
