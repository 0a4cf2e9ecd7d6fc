package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Lets one request through at a time, so that pipelined requests are answered in order, and none before the client takes the
 * response to the one before; drops request bodies, which nothing here wants, and all that comes behind the last request of a
 * connection.
 *
 * <p>Confined to the event loop. Holds no more than {@link #WAITING_LIMIT} requests; {@link ReadGate} has what one read brought.
 */
final class RequestGate extends ChannelDuplexHandler {
    /** Above this many waiting requests nothing more is read. */
    static final int WAITING_LIMIT = 1;

    /** The status codes from which on a request was not granted. */
    private static final int REFUSALS = 400;

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final ConnectionGuard guard;
    private final EdgeMeters meters;
    private final Runnable asked;
    private boolean hasAsked;
    private ReadGate reads;
    private ChannelHandlerContext readsContext;
    /** What the request that is being answered counts for. */
    private long answeringBytes;
    private boolean answering;
    /** The last response is not taken yet. */
    private boolean behind;
    private boolean ending;

    /** @param bytes what it counts for */
    private record Waiting(HttpRequest request, long bytes) {}

    /** @param asked runs once the first request is whole */
    RequestGate(ConnectionGuard guard, EdgeMeters meters, Runnable asked) {
        this.guard = guard;
        this.meters = meters;
        this.asked = asked;
    }

    /** Who reads for it. */
    void readBy(ReadGate gate, ChannelHandlerContext context) {
        reads = gate;
        readsContext = context;
    }

    /** Whether there is no room for a further request. */
    boolean isFull() {
        return waiting.size() >= WAITING_LIMIT;
    }

    /** Whether nothing that comes is answered any more. */
    boolean isEnding() {
        return ending;
    }

    /** The memory for what clients send is used up, and this one was the first to go. */
    void shed(ChannelHandlerContext ctx) {
        if (!ending) {
            ending = true;
            CloseReason.MEMORY.count(meters);
        }
        ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        waiting.clear();
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (ending) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof HttpRequest request) {
            if (!hasAsked) {
                hasAsked = true;
                asked.run();
            }
            var next = new Waiting(request, reads.takeRequest());
            if (!answering) {
                begin(ctx, next);
            } else {
                waiting.add(next);
            }
        } else {
            boolean broken = message instanceof HttpContent content && content.decoderResult().isFailure();
            ReferenceCountUtil.release(message);
            if (broken) {
                ending = true;
                CloseReason.MALFORMED.count(meters);
                ctx.close();
            }
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response && response.status().code() < REFUSALS) {
            reads.admit();
        }
        if (message instanceof HttpResponse response
                && response.headers().containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE, true)) {
            ending = true;
            waiting.clear();
        }
        boolean last = message instanceof LastHttpContent;
        ctx.write(message, promise);
        if (last && waiting.isEmpty()) {
            next(ctx);
        } else if (last) {
            // Not from within the write: a long pipeline would recurse.
            ctx.executor().execute(() -> next(ctx));
        }
    }

    private void begin(ChannelHandlerContext ctx, Waiting next) {
        answering = true;
        answeringBytes = next.bytes();
        guard.answering();
        ctx.fireChannelRead(next.request());
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (behind && ctx.channel().isWritable()) {
            behind = false;
            next(ctx);
        }
        ctx.fireChannelWritabilityChanged();
    }

    private void next(ChannelHandlerContext ctx) {
        if (!ctx.channel().isActive()) {
            return;
        }
        if (!ctx.channel().isWritable()) {
            behind = true;
            return;
        }
        answering = false;
        reads.answered(answeringBytes);
        Waiting next = waiting.poll();
        if (next == null) {
            guard.answered();
        } else {
            begin(ctx, next);
        }
        reads.pass(readsContext);
    }
}
