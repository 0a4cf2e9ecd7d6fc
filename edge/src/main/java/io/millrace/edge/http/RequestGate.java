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
 * <p>Confined to the event loop. Holds no more than {@link #WAITING_LIMIT} requests and what one read brought.
 */
final class RequestGate extends ChannelDuplexHandler {
    /** Above this many waiting requests nothing more is read. */
    static final int WAITING_LIMIT = 16;

    private final Deque<HttpRequest> waiting = new ArrayDeque<>();
    private final ConnectionGuard guard;
    private final EdgeMeters meters;
    private boolean answering;
    /** The last response is not taken yet. */
    private boolean behind;
    private boolean ending;

    RequestGate(ConnectionGuard guard, EdgeMeters meters) {
        this.guard = guard;
        this.meters = meters;
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
            if (!answering) {
                begin(ctx, request);
            } else {
                waiting.add(request);
                readOn(ctx);
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

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        answering = true;
        guard.answering();
        ctx.fireChannelRead(request);
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
        HttpRequest request = waiting.poll();
        readOn(ctx);
        if (request == null) {
            guard.answered();
        } else {
            begin(ctx, request);
        }
    }

    private void readOn(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(waiting.size() < WAITING_LIMIT);
    }
}
