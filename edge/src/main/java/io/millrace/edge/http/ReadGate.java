package io.millrace.edge.http;

import io.millrace.media.bytes.OverLimitException;
import io.millrace.platform.net.MemoryBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;

/**
 * Gives the decoder the bytes of one request at a time, so that a pipeline is kept as bytes and not as parsed headers, which take ten times
 * as much; reads nothing more while a request waits. Counts what a connection makes us hold against the process's
 * {@link MemoryBudget}.
 *
 * <p>Confined to the event loop. Stands before the decoder, {@link RequestGate} behind it.
 */
final class ReadGate extends ChannelInboundHandlerAdapter {
    /** A parsed header, with its entry and its two strings. */
    private static final int HEADER_BYTES = 128;

    private final RequestGate requests;
    private final MemoryBudget memory;
    private MemoryBudget.Share share;
    /** Null if nothing is held back. */
    private ByteBuf held;
    private boolean passing;
    /** Nothing counts any more. */
    private boolean gone;
    /** Of the bytes that the decoder was given and that have not become a request yet. */
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

    /** WebSocket frames follow, or the connection ends. */
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

    /** Gives the decoder as much as {@link RequestGate} has room for. */
    void pass(ChannelHandlerContext ctx) {
        if (passing) {
            return;
        }
        passing = true;
        try {
            while (held != null && !requests.isFull() && !requests.isEnding() && ctx.channel().isActive()) {
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

    /** Up to the first empty line: no more than one request ends there. */
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

    /** What has become a request, to be given back with {@link #answered}. */
    long takeRequest() {
        long bytes = partialBytes;
        partialBytes = 0;
        return bytes;
    }

    void answered(long bytes) {
        if (!gone) {
            share.giveBack(bytes);
        }
    }

    /** A client that gets what it asked for is shed after those that did not. */
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
