package io.millrace.platform.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelOutboundHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.util.List;

/**
 * Writes bytes that are already framed: directly to the socket while nothing else is queued, otherwise through the
 * channel. For media that is sent to many viewers, the way through the channel's pipeline would double the cost of a
 * send outside the kernel. Confined to the event loop.
 */
public final class SocketOutlet {
    /** Up to this many pieces are written directly to the socket; more are sent together, through the channel. */
    private static final int FEW_PIECES = 2;

    private final ChannelHandlerContext context;
    /** Null if bytes have to go through the channel. */
    private final Socket socket;

    private SocketOutlet(ChannelHandlerContext context, Socket socket) {
        this.context = context;
        this.socket = socket;
    }

    /**
     * Creates an outlet for one connection.
     *
     * @param context context of the handler that writes; handlers between it and the socket, such as TLS, process the
     *     bytes
     */
    public static SocketOutlet of(ChannelHandlerContext context) {
        boolean direct = context.channel() instanceof EpollSocketChannel && isFirstToWrite(context);
        return new SocketOutlet(context, direct ? (Socket) ((EpollSocketChannel) context.channel()).fd() : null);
    }

    private static boolean isFirstToWrite(ChannelHandlerContext context) {
        for (var entry : context.pipeline()) {
            ChannelHandler handler = entry.getValue();
            if (handler == context.handler()) {
                return true;
            }
            if (handler instanceof ChannelOutboundHandler) {
                return false;
            }
        }
        return false;
    }

    /**
     * Sends {@code pieces} immediately and in order, after everything queued in the channel, which is flushed with
     * them. Bytes that the socket does not accept are queued without a limit, so callers with much to send check {@link
     * #isWritable} first. May call {@code channelWritabilityChanged} before it returns. Has no effect on a closed
     * connection.
     *
     * @param pieces borrowed: the outlet retains what it queues. Their indices do not change, because other threads may
     *     send the same buffers at the same time
     */
    public void send(List<ByteBuf> pieces) {
        boolean direct = socket != null && pieces.size() <= FEW_PIECES && nothingWaits();
        boolean queued = false;
        for (int i = 0; i < pieces.size(); i++) {
            ByteBuf piece = pieces.get(i);
            int sentBytes = direct ? sendNow(piece) : 0;
            if (sentBytes < piece.readableBytes()) {
                direct = false;
                queued = true;
                context.write(piece.retainedDuplicate().skipBytes(sentBytes), context.voidPromise());
            }
        }
        if (queued) {
            context.flush();
        }
    }

    /** Returns whether the connection accepts more; see {@link Channel#isWritable}. */
    public boolean isWritable() {
        return context.channel().isWritable();
    }

    /**
     * Returns whether nothing is queued. False for a closed channel (it has no buffer), whose descriptor may be
     * reused already.
     */
    private boolean nothingWaits() {
        ChannelOutboundBuffer out = context.channel().unsafe().outboundBuffer();
        return out != null && out.totalPendingWriteBytes() == 0;
    }

    private int sendNow(ByteBuf piece) {
        if (!piece.hasMemoryAddress()) {
            return 0;
        }
        try {
            return Math.max(0, socket.sendAddress(piece.memoryAddress(), piece.readerIndex(), piece.writerIndex()));
        } catch (IOException _) {
            // The next operation of the channel fails in the same way and closes it.
            return 0;
        }
    }
}
