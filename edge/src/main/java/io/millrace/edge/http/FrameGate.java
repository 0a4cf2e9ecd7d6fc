package io.millrace.edge.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;

/**
 * Passes whole frames of an HTTP/2 connection to the codec, as {@link ReadGate} passes requests of HTTP/1.1: after
 * {@link ReadGate#TURN} requests it yields to the other connections of its event loop, and while the client does not
 * read what was written to its socket, nothing more is passed or read. Ends a connection whose client exceeds its
 * {@link FrameQuota}. What is held counts as memory of the connection, and a frame or header block that has begun must
 * be complete in time ({@link ConnectionGuard}).
 *
 * <p>Confined to the event loop. Stands before the codec.
 */
final class FrameGate extends ChannelDuplexHandler {
    private final Http2Connection connection;
    private final ConnectionGuard guard;
    private final LimitClock clock;
    private final FrameScan scan = new FrameScan();
    private final int quotaFrames;
    private FrameQuota quota;
    private long sentBytes;
    /** Null if no bytes are held back. */
    private ByteBuf held;
    private boolean passing;
    private boolean waitsForTurn;

    /** @param quotaFrames see {@link FrameQuota} */
    FrameGate(Http2Connection connection, ConnectionGuard guard, LimitClock clock, int quotaFrames) {
        this.connection = connection;
        this.guard = guard;
        this.clock = clock;
        this.quotaFrames = quotaFrames;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        quota = new FrameQuota(quotaFrames, clock.nanoTime(ctx.executor()));
        guard.multiplexed(connection);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        // After an upgrade, the codec of HTTP/1.1 still passes on the end of the request.
        if (connection.isEnding() || !(message instanceof ByteBuf more)) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (!connection.take(more.readableBytes())) {
            more.release();
            connection.shed();
            return;
        }
        held = held == null ? more : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, more);
        pass(ctx);
    }

    /** Passes the frames of one turn, and decides whether to read on. */
    private void pass(ChannelHandlerContext ctx) {
        if (passing) {
            return;
        }
        passing = true;
        int bytes;
        try {
            bytes = ctx.channel().isWritable() ? turn(ctx) : 0;
            if (bytes > 0) {
                ByteBuf frames = take(bytes);
                ctx.fireChannelRead(frames);
                ctx.fireChannelReadComplete();
            }
        } finally {
            passing = false;
        }
        if (connection.isEnding() || !ctx.channel().isActive()) {
            drop();
            return;
        }
        boolean waits = waitsForTurn || !ctx.channel().isWritable();
        guard.arriving(!waits && (held != null || scan.isInHeaders()), bytes > 0 && !scan.isInHeaders());
        ctx.channel().config().setAutoRead(!waits);
    }

    /** Returns the size of the whole frames of this turn; 0 if there are none. */
    private int turn(ChannelHandlerContext ctx) {
        int bytes = 0;
        int requests = 0;
        while (held != null && held.readableBytes() > bytes) {
            if (requests == ReadGate.TURN) {
                awaitTurn(ctx);
                break;
            }
            int frameBytes = scan.next(held, held.readerIndex() + bytes);
            if (frameBytes == 0) {
                break;
            }
            if (scan.kind() == FrameScan.Kind.REQUEST) {
                requests++;
            } else if (scan.kind() == FrameScan.Kind.OTHER
                    && !quota.permits(clock.nanoTime(ctx.executor()), sentBytes)) {
                connection.flooded();
                return 0;
            }
            bytes += frameBytes;
        }
        return bytes;
    }

    private ByteBuf take(int bytes) {
        ByteBuf frames = bytes == held.readableBytes() ? held : held.readRetainedSlice(bytes);
        if (frames == held) {
            held = null;
        }
        connection.giveBack(bytes);
        return frames;
    }

    private void awaitTurn(ChannelHandlerContext ctx) {
        if (!waitsForTurn) {
            waitsForTurn = true;
            ctx.executor().execute(() -> {
                waitsForTurn = false;
                if (!ctx.isRemoved()) {
                    pass(ctx);
                }
            });
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof ByteBuf bytes) {
            sentBytes += bytes.readableBytes();
        }
        ctx.write(message, promise);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            pass(ctx);
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        drop();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        drop();
    }

    private void drop() {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
