package io.millrace.edge.http;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.HttpCloseReason;
import io.millrace.platform.net.ConnectionAdmission;
import io.millrace.platform.net.MemoryBudget;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.function.Supplier;

/**
 * The open streams of one HTTP/2 connection, each of which is a request and its response ({@link Http2Stream}). Limits
 * them as if each were a connection of HTTP/1.1, and counts their memory. Receives what concerns the whole connection:
 * its faults, and its end. Confined to the event loop. Stands at the end of the pipeline.
 */
final class Http2Connection extends ChannelInboundHandlerAdapter implements Exchanges {
    /** Streams that a client may open at a time; RFC 9113, 6.5.2, recommends at least 100. */
    static final int STREAMS_LIMIT = 100;
    /** Estimated memory of a connection: its compression tables, an incomplete header block, the codec. */
    static final int CONNECTION_BYTES = 16 * 1024;

    private final ConnectionGuard guard;
    private final EdgeMeters meters;
    private final FailedConnection faults;
    private final Supplier<Admitted> admission;
    private final MemoryBudget budget;
    private final Runnable onFirstRequest;
    private final SequencedSet<Http2Stream> open = new LinkedHashSet<>();
    private ChannelHandlerContext context;
    private MemoryBudget.Share memory;
    private boolean hasRequested;
    private boolean draining;
    private boolean ending;
    /** The connection is closed, and its memory is no longer counted. */
    private boolean gone;

    /**
     * The answer to a new stream.
     *
     * @param place the place that it has; null if it is refused
     * @param refusal why it is refused; null if it has a place
     */
    record Admitted(ConnectionAdmission.Place place, HttpCloseReason refusal) {}

    /**
     * @param admission counts a stream as if it were a connection of this client
     * @param onFirstRequest runs when the first request arrives
     */
    Http2Connection(ConnectionGuard guard, EdgeMeters meters, FailedConnection faults, Supplier<Admitted> admission,
            MemoryBudget budget, Runnable onFirstRequest) {
        this.guard = guard;
        this.meters = meters;
        this.faults = faults;
        this.admission = admission;
        this.budget = budget;
        this.onFirstRequest = onFirstRequest;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        memory = budget.open(() -> ctx.executor().execute(this::shed));
        if (!take(CONNECTION_BYTES)) {
            ctx.executor().execute(this::shed);
        }
    }

    /** Counts memory. Returns false, and counts nothing, if there is not so much. */
    boolean take(long bytes) {
        return !gone && memory.tryTake(bytes);
    }

    /** Counts less memory. */
    void giveBack(long bytes) {
        if (!gone) {
            memory.giveBack(bytes);
        }
    }

    /** Marks a client whose request was granted; when memory runs out, other clients are shed before it. */
    void admitted() {
        if (!gone) {
            memory.admit(true);
        }
    }

    /** Returns whether nothing that arrives is processed any more. */
    boolean isEnding() {
        return ending;
    }

    /** Counts a new stream against the limits of connections. */
    Admitted admit() {
        Admitted admitted = admission.get();
        if (admitted.refusal() != null) {
            admitted.refusal().count(meters);
        }
        return admitted;
    }

    void opened(Http2Stream stream) {
        if (!hasRequested) {
            hasRequested = true;
            onFirstRequest.run();
        }
        open.add(stream);
        guard.answering();
    }

    void closed(Http2Stream stream) {
        if (!open.remove(stream) || !open.isEmpty()) {
            return;
        }
        guard.answered();
        if (draining) {
            context.channel().close();
        }
    }

    /** Resets the streams whose client has accepted none of its pending bytes for this time. */
    void resetBlocked(long nowNanos, long blockedNanos) {
        for (Http2Stream stream : List.copyOf(open)) {
            if (stream.isBlocked(nowNanos, blockedNanos)) {
                HttpCloseReason.BLOCKED.count(meters);
                stream.reset(Http2Error.CANCEL);
            }
        }
    }

    /** Closes this connection, because the memory for client requests is exhausted. */
    void shed() {
        end(HttpCloseReason.MEMORY);
    }

    /** Closes this connection, because its client sends too many frames. */
    void flooded() {
        end(HttpCloseReason.FLOOD);
    }

    private void end(HttpCloseReason reason) {
        if (!ending) {
            ending = true;
            reason.count(meters);
            boolean lingers = reason != HttpCloseReason.MEMORY && context.channel().isWritable();
            ChannelFuture said = context.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.ENHANCE_YOUR_CALM));
            if (lingers) {
                said.addListener(LingeringClose.CLOSE);
            } else {
                // Not from the end of the pipeline: the codec would wait for the open streams.
                context.pipeline().firstContext().close();
            }
        }
    }

    @Override
    public void drain(ChannelHandlerContext ctx) {
        draining = true;
        if (open.isEmpty()) {
            ctx.channel().close();
            return;
        }
        ctx.writeAndFlush(new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR));
        List.copyOf(open).forEach(Http2Stream::drain);
    }

    @Override
    public boolean hasEnd() {
        return open.stream().allMatch(Http2Stream::hasEnd);
    }

    @Override
    public void shutDown() {
        draining = true;
        List.copyOf(open).forEach(Http2Stream::shutDown);
    }

    /** Acknowledged SETTINGS and PING, and GOAWAY. */
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ending = true;
        gone = true;
        memory.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!ending) {
            ending = true;
            faults.end(ctx, cause);
        }
    }
}
