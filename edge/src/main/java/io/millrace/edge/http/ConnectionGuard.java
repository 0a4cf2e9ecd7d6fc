package io.millrace.edge.http;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.platform.net.WriteProgress;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.Future;

/**
 * Closes a connection whose client takes too long to send a request, to send the next one, or to read its response.
 * Checks when a deadline may have passed rather than on each read and write, which are far more frequent.
 *
 * <p>Confined to the event loop. The {@code blocked} limit may be exceeded by a third.
 */
final class ConnectionGuard extends ChannelInboundHandlerAdapter {
    private static final int CHECKS_WHILE_BLOCKED = 3;

    private enum Phase {
        /** A request is arriving, or the connection is new and must send one. */
        ASKING,
        /** A request is being answered; its response may start as late as it likes. */
        ANSWERING,
        /** Between a response and the next request. */
        IDLE
    }

    private final EdgeMeters meters;
    private final LimitClock clock;
    private final long headersNanos;
    private final long idleNanos;
    private final long blockedNanos;
    /** Longest time between two checks. */
    private final long checkNanos;
    private ChannelHandlerContext context;
    private Future<?> nextCheck;
    private Phase phase = Phase.ASKING;
    /** When the phase began, by {@link #clock}. */
    private long sinceNanos;
    /** When a check last found that the peer had read pending data or that nothing was pending, by {@link #clock}. */
    private long movedNanos;
    private WriteProgress progress;

    ConnectionGuard(HttpLimits limits, EdgeMeters meters, LimitClock clock) {
        this.meters = meters;
        this.clock = clock;
        headersNanos = limits.headers().toNanos();
        idleNanos = limits.idle().toNanos();
        blockedNanos = limits.blocked().toNanos();
        checkNanos = Math.min(headersNanos, blockedNanos / CHECKS_WHILE_BLOCKED);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        progress = new WriteProgress(ctx.channel());
        sinceNanos = now();
        movedNanos = sinceNanos;
        checkIn(checkNanos);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        nextCheck.cancel(false);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (phase == Phase.IDLE) {
            enter(Phase.ASKING);
        }
        ctx.fireChannelRead(message);
    }

    /** Called when a complete request is passed on to be answered. */
    void answering() {
        phase = Phase.ANSWERING;
    }

    /** Called when the response was written to the socket and no complete request is waiting. */
    void answered() {
        enter(Phase.IDLE);
    }

    private void enter(Phase next) {
        phase = next;
        sinceNanos = now();
    }

    private void check() {
        long now = now();
        long leftNanos = switch (phase) {
            case ASKING -> sinceNanos + headersNanos - now;
            case IDLE -> sinceNanos + idleNanos - now;
            case ANSWERING -> Long.MAX_VALUE;
        };
        if (leftNanos <= 0) {
            close(phase == Phase.ASKING ? HttpCloseReason.HEADER_TIMEOUT : HttpCloseReason.IDLE);
        } else if (isBlocked(now)) {
            close(HttpCloseReason.BLOCKED);
        } else {
            checkIn(Math.min(leftNanos, checkNanos));
        }
    }

    private boolean isBlocked(long now) {
        if (progress.hasProgressed()) {
            movedNanos = now;
        }
        return now - movedNanos >= blockedNanos;
    }

    private void close(HttpCloseReason reason) {
        reason.count(meters);
        context.close();
    }

    private void checkIn(long nanos) {
        nextCheck = clock.schedule(context.executor(), this::check, nanos);
    }

    private long now() {
        return clock.nanoTime(context.executor());
    }
}
