package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection on which bytes wait and do not move: its client is gone without a word. Looks now and then instead
 * of at every write, which is what there are most of. Confined to the event loop.
 */
final class StallGuard extends ChannelInboundHandlerAdapter {
    /** A response of which no byte moves for so long is given up, at the next look. */
    static final long STALLED_S = 30;
    private static final long LOOK_S = 10;

    private final EdgeMeters meters;
    private ScheduledFuture<?> looking;
    private Object waiting;
    private long waitingBytes;
    private long sentBytes;
    private long stalledS;

    StallGuard(EdgeMeters meters) {
        this.meters = meters;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        looking = ctx.executor().scheduleWithFixedDelay(() -> look(ctx), LOOK_S, LOOK_S, TimeUnit.SECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        looking.cancel(false);
    }

    private void look(ChannelHandlerContext ctx) {
        ChannelOutboundBuffer out = ctx.channel().unsafe().outboundBuffer();
        if (out == null) {
            return;
        }
        boolean moved = out.current() != waiting || out.totalPendingWriteBytes() != waitingBytes
                || out.currentProgress() != sentBytes;
        waiting = out.current();
        waitingBytes = out.totalPendingWriteBytes();
        sentBytes = out.currentProgress();
        stalledS = waiting == null || moved ? 0 : stalledS + LOOK_S;
        if (stalledS >= STALLED_S) {
            meters.closed("http", "stalled");
            ctx.close();
        }
    }
}
