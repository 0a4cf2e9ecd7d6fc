package io.millrace.edge.http;

import io.millrace.platform.net.PeerNetwork;
import io.millrace.platform.net.Turns;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Hands accepted connections to the event loops. Networks take turns, so that a client does not wait for all earlier
 * connections of other networks. A turn ends when the event loop has read from the connection once, whether or not
 * there was anything to read.
 *
 * <p>One per listener, confined to the listener's event loop. At the limit of waiting connections, no more are
 * accepted, and the kernel queues the next ones in order of arrival.
 */
final class AcceptTurns extends ChannelInboundHandlerAdapter {
    private final Turns turns;
    private final Set<Channel> waiting = new HashSet<>();
    private final int waitingLimit;
    private boolean paused;

    /**
     * @param atOnce maximum number of connections that are set up at a time
     * @param waitingLimit maximum number of waiting connections; one read of the listener may exceed it
     */
    AcceptTurns(int atOnce, int waitingLimit) {
        this.waitingLimit = waitingLimit;
        turns = new Turns(new Turns.Limits(atOnce, Math.max(1, atOnce - 1), 0, 0, 0));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        Channel connection = (Channel) message;
        waiting.add(connection);
        Turns.Turn turn = turns.again(network(connection));
        turn.begin().thenRun(() -> {
            if (ctx.executor().inEventLoop()) {
                pass(ctx, connection, turn);
            } else {
                ctx.executor().execute(() -> pass(ctx, connection, turn));
            }
        });
        pause(ctx);
    }

    private void pause(ChannelHandlerContext ctx) {
        boolean full = waiting.size() >= waitingLimit;
        if (full || paused) {
            // Set every time, since the listener may have been resumed after a failure to accept.
            ctx.channel().config().setAutoRead(!full);
        }
        paused = full;
    }

    private void pass(ChannelHandlerContext ctx, Channel connection, Turns.Turn turn) {
        if (waiting.remove(connection)) {
            ctx.fireChannelRead(connection);
            endAfterRead(connection, turn);
            pause(ctx);
        } else {
            turns.done(turn);
        }
    }

    /** Ends the turn when the event loop has set up the connection and has tried to read from it. */
    private void endAfterRead(Channel connection, Turns.Turn turn) {
        try {
            EventLoop loop = connection.eventLoop();
            // A loop reads from its sockets before it runs tasks that are due.
            loop.execute(() -> loop.schedule(() -> turns.done(turn), 0, TimeUnit.NANOSECONDS));
        } catch (IllegalStateException | RejectedExecutionException _) {
            // The connection could not be registered; Netty has closed it.
            turns.done(turn);
        }
    }

    private static String network(Channel connection) {
        return connection.remoteAddress() instanceof InetSocketAddress inet ? PeerNetwork.of(inet.getAddress()) : "";
    }

    /** The listener was closed, so the waiting connections will not be served. */
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        waiting.forEach(connection -> connection.unsafe().closeForcibly());
        waiting.clear();
    }
}
