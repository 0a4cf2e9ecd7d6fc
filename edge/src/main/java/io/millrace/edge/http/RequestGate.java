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
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Passes on one request at a time, so that pipelined requests are answered in order, and each only after the client has
 * read the previous response. Passes on the body of a request while it is being answered, and drops what comes after
 * the response, and everything after the last request of a connection.
 *
 * <p>Confined to the event loop. Holds at most {@link #WAITING_LIMIT} requests; {@link ReadGate} holds the rest of a
 * read.
 */
final class RequestGate extends ChannelDuplexHandler {
    /** Reading stops above this many waiting requests. */
    static final int WAITING_LIMIT = 1;

    /** Lowest status code of a response that does not grant the request. */
    private static final int REFUSALS = 400;

    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final ConnectionGuard guard;
    private final EdgeMeters meters;
    private final Runnable onFirstRequest;
    private boolean hasRequested;
    private ReadGate reads;
    private ChannelHandlerContext readsContext;
    /** Memory that is counted for the request that is being answered. */
    private long answeringBytes;
    /** A request was passed on, and its response is not complete or the client has not read it. */
    private boolean answering;
    /** The next request waits until the client has read more of the last response. */
    private boolean behind;
    /** No further request will be passed on. */
    private boolean ending;

    /** @param bytes the memory that is counted for the request */
    private record Waiting(HttpRequest request, long bytes) {}

    /** @param onFirstRequest runs when the first request is complete */
    RequestGate(ConnectionGuard guard, EdgeMeters meters, Runnable onFirstRequest) {
        this.guard = guard;
        this.meters = meters;
        this.onFirstRequest = onFirstRequest;
    }

    /** Sets the gate before the decoder, with its context. Called before any request arrives. */
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

    /** Closes this connection, because the memory for client requests is exhausted. */
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
            if (!hasRequested) {
                hasRequested = true;
                onFirstRequest.run();
            }
            var next = new Waiting(request, reads.takeRequest());
            if (!answering) {
                begin(ctx, next);
            } else {
                waiting.add(next);
            }
        } else {
            content(ctx, (HttpContent) message);
        }
    }

    private void content(ChannelHandlerContext ctx, HttpContent content) {
        if (content.decoderResult().isFailure()) {
            content.release();
            ending = true;
            HttpCloseReason.MALFORMED.count(meters);
            ctx.close();
        } else if (answering && waiting.isEmpty()) {
            if (content instanceof LastHttpContent) {
                answeringBytes += reads.takeRequest();
            }
            ctx.fireChannelRead(content);
        } else {
            content.release();
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
        boolean last = message instanceof LastHttpContent && !isSwitch(message);
        ctx.write(message, promise);
        if (last && waiting.isEmpty()) {
            next(ctx);
        } else if (last) {
            // Deferred, since a long pipeline would recurse from within the write.
            ctx.executor().execute(() -> next(ctx));
        }
    }

    /** Returns whether the connection leaves HTTP/1.1 with this response, so that no request may be passed on after it. */
    private static boolean isSwitch(Object message) {
        return message instanceof HttpResponse response
                && response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS);
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
