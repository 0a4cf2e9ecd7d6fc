package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Lets one request through at a time, so that pipelined requests are answered in order; drops request bodies, which
 * nothing here wants; closes a connection whose next request does not come in time.
 *
 * <p>Confined to the event loop. Holds no more than {@link #WAITING_LIMIT} requests and what one read brought.
 */
final class RequestGate extends ChannelDuplexHandler {
    /** Above this many waiting requests nothing more is read. */
    static final int WAITING_LIMIT = 16;
    /** From the connection's begin to the end of its first request's headers. */
    static final long HEADER_TIMEOUT_S = 10;
    /** From one response to the end of the next request's headers. */
    static final long KEEP_ALIVE_S = 60;

    private final Deque<HttpRequest> waiting = new ArrayDeque<>();
    private final EdgeMeters meters;
    private boolean answering;
    private ScheduledFuture<?> deadline;

    RequestGate(EdgeMeters meters) {
        this.meters = meters;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        expectRequest(ctx, HEADER_TIMEOUT_S);
        ctx.fireChannelActive();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        stopDeadline();
        waiting.clear();
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof HttpRequest request) {
            if (answering) {
                waiting.add(request);
                ctx.channel().config().setAutoRead(waiting.size() < WAITING_LIMIT);
            } else {
                begin(ctx, request);
            }
        } else {
            boolean broken = message instanceof HttpContent content && content.decoderResult().isFailure();
            ReferenceCountUtil.release(message);
            if (broken) {
                ctx.close();
            }
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        boolean last = message instanceof LastHttpContent;
        ctx.write(message, promise);
        if (last) {
            // Not from within the write: a long pipeline would recurse.
            ctx.executor().execute(() -> next(ctx));
        }
    }

    private void begin(ChannelHandlerContext ctx, HttpRequest request) {
        answering = true;
        stopDeadline();
        ctx.fireChannelRead(request);
    }

    private void next(ChannelHandlerContext ctx) {
        answering = false;
        if (!ctx.channel().isActive()) {
            return;
        }
        HttpRequest request = waiting.poll();
        ctx.channel().config().setAutoRead(waiting.size() < WAITING_LIMIT);
        if (request == null) {
            expectRequest(ctx, KEEP_ALIVE_S);
        } else {
            begin(ctx, request);
        }
    }

    private void expectRequest(ChannelHandlerContext ctx, long seconds) {
        stopDeadline();
        deadline = ctx.executor().schedule(() -> {
            meters.closed("http", "idle");
            ctx.close();
        }, seconds, TimeUnit.SECONDS);
    }

    private void stopDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }
}
