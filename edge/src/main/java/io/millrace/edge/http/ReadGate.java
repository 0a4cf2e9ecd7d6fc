package io.millrace.edge.http;

import io.millrace.media.bytes.OverLimitException;
import io.millrace.platform.net.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;

/**
 * Passes the bytes of one request at a time to the decoder, and stops reading while a request waits. Pipelined requests
 * are thus kept as bytes; parsed headers would take ten times the memory. After {@link #TURN} requests it yields to the
 * other connections of its event loop: pipelined requests are answered without a pause, and viewers of live streams
 * would otherwise wait for all of them. Counts the memory that the connection holds against the {@link MemoryBudget} of
 * the process.
 *
 * <p>Confined to the event loop. Stands before the decoder, which {@link RequestGate} follows.
 */
final class ReadGate extends ChannelInboundHandlerAdapter {
    /** Estimated heap size of a parsed header with its map entry and two strings. */
    private static final int HEADER_BYTES = 128;
    /** Requests per turn. */
    static final int TURN = 4;

    private final RequestGate requests;
    private final MemoryBudget memory;
    private MemoryBudget.Share share;
    /** Null if no bytes are held back. */
    private ByteBuf held;
    /** Whether {@link #pass} is running. The answer to a request that it passes calls it again, perhaps at once. */
    private boolean passing;
    /** The next turn is scheduled. */
    private boolean waitsForTurn;
    /** The gate was removed, and its memory is no longer counted. */
    private boolean gone;
    /** Memory counted for bytes that were passed to the decoder and do not form a complete request yet. */
    private long partialBytes;

    ReadGate(RequestGate requests, MemoryBudget memory) {
        this.requests = requests;
        this.memory = memory;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        share = memory.open(() -> ctx.executor().execute(() -> requests.shed(ctx)));
        requests.readBy(this, ctx);
    }

    /** Stops gating, because WebSocket frames follow or the connection closes. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        ByteBuf rest = held;
        held = null;
        forget();
        if (rest != null) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        drop();
        forget();
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (requests.isEnding()) {
            ReferenceCountUtil.release(message);
            return;
        }
        ByteBuf more = (ByteBuf) message;
        try {
            share.take(more.readableBytes());
        } catch (OverLimitException _) {
            more.release();
            requests.shed(ctx);
            return;
        }
        held = held == null ? more : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), held, more);
        pass(ctx);
    }

    /** Passes as many requests to the decoder as {@link RequestGate} has room for. */
    void pass(ChannelHandlerContext ctx) {
        if (passing) {
            return;
        }
        passing = true;
        int left = TURN;
        try {
            while (held != null && !requests.isFull() && !requests.isEnding() && ctx.channel().isActive()) {
                if (left == 0) {
                    awaitTurn(ctx);
                    break;
                }
                left--;
                passOne(ctx);
            }
        } catch (OverLimitException _) {
            requests.shed(ctx);
        } finally {
            passing = false;
        }
        if (requests.isEnding()) {
            drop();
        } else {
            ctx.channel().config().setAutoRead(held == null && !requests.isFull());
        }
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

    /** Passes the bytes up to the first empty line, which end at most one request. */
    private void passOne(ChannelHandlerContext ctx) {
        int lines = 0;
        int from = held.readerIndex();
        int end = held.writerIndex();
        while (from < end) {
            int next = held.indexOf(from, end, (byte) '\n') + 1;
            if (next == 0) {
                from = end;
                break;
            }
            lines++;
            boolean empty = next - from == 1 || next - from == 2 && held.getByte(from) == '\r';
            from = next;
            if (empty) {
                break;
            }
        }
        int count = from - held.readerIndex();
        share.take((long) lines * HEADER_BYTES);
        partialBytes += count + (long) lines * HEADER_BYTES;
        ByteBuf piece = from == end ? held : held.readRetainedSlice(count);
        if (piece == held) {
            held = null;
        }
        ctx.fireChannelRead(piece);
    }

    /** Returns the memory that is counted for the newest request; the caller releases it with {@link #answered}. */
    long takeRequest() {
        long bytes = partialBytes;
        partialBytes = 0;
        return bytes;
    }

    /** Releases the memory of a request that has been answered. */
    void answered(long bytes) {
        if (!gone) {
            share.giveBack(bytes);
        }
    }

    /** Marks a client whose request was granted; when memory runs out, other clients are shed before it. */
    void admit() {
        if (!gone) {
            share.admit(true);
        }
    }

    private void forget() {
        if (!gone) {
            gone = true;
            share.close();
        }
    }

    private void drop() {
        if (held != null) {
            share.giveBack(held.readableBytes());
            held.release();
            held = null;
        }
    }
}
