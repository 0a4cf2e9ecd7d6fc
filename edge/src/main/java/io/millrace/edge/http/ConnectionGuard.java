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
 * <p>With HTTP/2, a connection is idle while no stream is open, whatever other frames arrive; a frame or header block
 * that has begun must be complete in the time that HTTP/1.1 has for a request; and each stream is checked for a client
 * that does not read its response.
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
    /** Null for HTTP/1.1. */
    private Http2Connection streams;
    /** Whether a frame or header block of HTTP/2 is incomplete, and since when, by {@link #clock}. */
    private boolean arriving;
    private long arrivingSinceNanos;
    private boolean closing;

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
        if (phase == Phase.IDLE && streams == null) {
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

    /** Called when the connection turns out to be HTTP/2. */
    void multiplexed(Http2Connection connection) {
        streams = connection;
    }

    /**
     * Called after each read of HTTP/2.
     *
     * @param incomplete whether a frame or header block has begun and is incomplete
     * @param another whether an earlier one has been completed by this read
     */
    void arriving(boolean incomplete, boolean another) {
        if (incomplete && (!arriving || another)) {
            arrivingSinceNanos = now();
        }
        arriving = incomplete;
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
        if (arriving && now - arrivingSinceNanos >= headersNanos) {
            close(HttpCloseReason.HEADER_TIMEOUT);
        } else if (leftNanos <= 0) {
            close(phase == Phase.ASKING ? HttpCloseReason.HEADER_TIMEOUT : HttpCloseReason.IDLE);
        } else if (isBlocked(now)) {
            close(HttpCloseReason.BLOCKED);
        } else {
            if (streams != null) {
                streams.resetBlocked(now, blockedNanos);
            }
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
        if (!closing) {
            reason.count(meters);
        }
        if (reason == HttpCloseReason.IDLE && !closing) {
            // From the end of the pipeline: TLS and HTTP/2 tell the client that the connection ends.
            context.channel().close();
            checkIn(checkNanos);
        } else {
            context.close();
        }
        closing = true;
    }

    private void checkIn(long nanos) {
        nextCheck = clock.schedule(context.executor(), this::check, nanos);
    }

    private long now() {
        return clock.nanoTime(context.executor());
    }
}
