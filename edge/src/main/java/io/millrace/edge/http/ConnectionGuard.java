package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.Future;

/**
 * Closes a connection whose client takes too long: for a request, for the next one, or to take what we have for it. Looks
 * when a time may be over, and not at every read and write, which is what there are most of.
 *
 * <p>Confined to the event loop. {@code blocked} may be overrun by a third of it.
 */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    private static final int LOOKS_WHILE_BLOCKED = 3;

    private enum Phase {
        /** A request is on its way, or has to come because the connection is new. */
        ASKING,
        /** Its response is on its way, which may take as long as it likes to begin. */
        ANSWERING,
        /** Neither. */
        IDLE
    }

    private final EdgeMeters meters;
    private final LimitClock clock;
    private final long headersNanos;
    private final long idleNanos;
    private final long blockedNanos;
    private final long lookNanos;
    private ChannelHandlerContext context;
    private Future<?> looking;
    private Phase phase = Phase.ASKING;
    private long sinceNanos;
    private long movedNanos;
    private Object waiting;
    private long waitingBytes;
    private long sentBytes;

    ConnectionGuard(HttpLimits limits, EdgeMeters meters, LimitClock clock) {
        this.meters = meters;
        this.clock = clock;
        headersNanos = limits.headers().toNanos();
        idleNanos = limits.idle().toNanos();
        blockedNanos = limits.blocked().toNanos();
        lookNanos = Math.min(headersNanos, blockedNanos / LOOKS_WHILE_BLOCKED);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        sinceNanos = now();
        movedNanos = sinceNanos;
        lookIn(lookNanos);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        looking.cancel(false);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (phase == Phase.IDLE) {
            enter(Phase.ASKING);
        }
        ctx.fireChannelRead(message);
    }

    /** A request is whole. */
    void answering() {
        phase = Phase.ANSWERING;
    }

    /** Its response is given to the socket, and no other request is whole. */
    void answered() {
        enter(Phase.IDLE);
    }

    private void enter(Phase next) {
        phase = next;
        sinceNanos = now();
    }

    private void look() {
        long now = now();
        long leftNanos = switch (phase) {
            case ASKING -> sinceNanos + headersNanos - now;
            case IDLE -> sinceNanos + idleNanos - now;
            case ANSWERING -> Long.MAX_VALUE;
        };
        if (leftNanos <= 0) {
            close(phase == Phase.ASKING ? CloseReason.HEADER_TIMEOUT : CloseReason.IDLE);
        } else if (isBlocked(now)) {
            close(CloseReason.BLOCKED);
        } else {
            lookIn(Math.min(leftNanos, lookNanos));
        }
    }

    private boolean isBlocked(long now) {
        ChannelOutboundBuffer out = context.channel().unsafe().outboundBuffer();
        if (out == null) {
            return false;
        }
        boolean moved = out.current() != waiting || out.totalPendingWriteBytes() != waitingBytes
                || out.currentProgress() != sentBytes;
        waiting = out.current();
        waitingBytes = out.totalPendingWriteBytes();
        sentBytes = out.currentProgress();
        if (waiting == null || moved) {
            movedNanos = now;
        }
        return now - movedNanos >= blockedNanos;
    }

    private void close(CloseReason reason) {
        reason.count(meters);
        context.close();
    }

    private void lookIn(long nanos) {
        looking = clock.schedule(context.executor(), this::look, nanos);
    }

    private long now() {
        return clock.nanoTime(context.executor());
    }
}
