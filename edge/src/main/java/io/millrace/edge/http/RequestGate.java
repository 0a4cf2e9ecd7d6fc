package io.millrace.edge.http;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.HttpCloseReason;
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
 * Passes on one request at a time, so that pipelined requests are answered in order, and each only after the client has
 * read the previous response. Drops request bodies, which no endpoint accepts, and everything after the last request of
 * a connection.
 *
 * <p>Confined to the event loop. Holds at most {@link #WAITING_LIMIT} requests; {@link ReadGate} holds the rest of a
 * read.
 */
final class RequestGate extends ChannelDuplexHandler {
    /** Reading stops above this many waiting requests. */
    static final int WAITING_LIMIT = 1;

    /** Lowest status code of a request that was not granted. */
    private static final int REFUSALS = 400;

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final ConnectionGuard guard;
    private final EdgeMeters meters;
    private final Runnable asked;
    private boolean hasAsked;
    private ReadGate reads;
    private ChannelHandlerContext readsContext;
    /** Counted bytes of the request that is being answered. */
    private long answeringBytes;
    private boolean answering;
    /** The client has not read the last response yet. */
    private boolean behind;
    private boolean ending;

    /** @param bytes the memory that the request counts for */
    private record Waiting(HttpRequest request, long bytes) {}

    /** @param asked runs once the first request is complete */
    RequestGate(ConnectionGuard guard, EdgeMeters meters, Runnable asked) {
        this.guard = guard;
        this.meters = meters;
        this.asked = asked;
    }

    /** Sets the gate that reads for this handler. */
    void readBy(ReadGate gate, ChannelHandlerContext context) {
        reads = gate;
        readsContext = context;
    }

    /** Returns whether there is no room for a further request. */
    boolean isFull() {
        return waiting.size() >= WAITING_LIMIT;
    }

    /** Returns whether no further request will be answered. */
    boolean isEnding() {
        return ending;
    }

    /** Sheds this connection, because the memory for client requests is exhausted. */
    void shed(ChannelHandlerContext ctx) {
        if (!ending) {
            ending = true;
            HttpCloseReason.MEMORY.count(meters);
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
        if (ending || !ctx.channel().isActive()) {
            // At the end of the connection, the decoder reports an incomplete request as malformed.
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
                HttpCloseReason.MALFORMED.count(meters);
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
            // Deferred, since a long pipeline would recurse from within the write.
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
