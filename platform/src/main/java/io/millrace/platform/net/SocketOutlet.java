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
 * Where bytes leave a connection that are framed already: the socket itself while nothing else waits for it, the channel's
 * queue otherwise. What goes to many viewers would cost each of them a message on its way through a channel, which is as much
 * again as all else of a {@code send} that is not the kernel's.
 *
 * <p>Confined to the event loop.
 */
public final class SocketOutlet {
    /** More than these go out together, through the channel. */
    private static final int FEW_PIECES = 2;

    private final ChannelHandlerContext context;
    /** Null where bytes have to take the channel's way. */
    private final Socket socket;

    private SocketOutlet(ChannelHandlerContext context, Socket socket) {
        this.context = context;
        this.socket = socket;
    }

    /** @param context of the handler that has the bytes; those in front of it (TLS) do what they do with them */
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
     * Sends all of {@code pieces} at once and in order, behind what the channel has, which goes out with them. What the socket
     * does not take now follows as soon as it does: who has much asks {@link Channel#isWritable} before. The event loop may
     * call back from within: {@code channelWritabilityChanged}. On a closed connection nothing happens.
     *
     * @param pieces borrowed: the same may go to others at the same time, on other threads, too, so nobody moves their indices
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

    /** False also once the channel is closed, and its descriptor may be another connection's: then it has no buffer. */
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
            // The channel finds the same, and closes.
            return 0;
        }
    }
}
