package io.millrace.edge.http;

import io.millrace.edge.exchange.BodyStream;
import io.millrace.edge.exchange.Client;
import io.millrace.edge.exchange.Request;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.ResponseOwner;
import io.millrace.edge.log.BusyException;
import io.millrace.platform.net.PeerLog;
import io.millrace.platform.net.SocketOutlet;
import io.millrace.platform.net.Turns;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The response to one request: its {@link ResponseState}, its owner, and the time limit while it is held. Confined to
 * the event loop of the connection, except {@link #execute}.
 */
final class HttpResponder implements Responder {
    private final ChannelHandlerContext ctx;
    private final LimitClock clock;
    private final Turns turns;
    private final PeerLog log;
    private final Request request;
    private final ResponseWriter writer;
    /** The edge is about to shut down: the request must not be held any longer. */
    private boolean draining;
    private ResponseState state = ResponseState.OPEN;
    /** The network in whose turns the request is processed; null if it does not wait for turns. */
    private String network;
    /** The owner of a request that is or was held, until the response is over; null without one. */
    private ResponseOwner owner;
    /** The end of the hold; null if there is no hold, or if it has no limit. */
    private Future<?> expiry;

    /** @param readsBody whether the body of the request is read to its end; otherwise the connection ends after it */
    HttpResponder(ChannelHandlerContext ctx, HttpRequest http, LimitClock clock, Turns turns, CorsOrigins origins,
            PeerLog log, boolean readsBody) {
        this.ctx = ctx;
        this.clock = clock;
        this.turns = turns;
        this.log = log;
        request = new Request(ctx.channel(), http);
        // Any other request body is rejected, so it is not waited for.
        writer = new ResponseWriter(ctx, http, origins, request.acceptsChunked(),
                HttpUtil.isKeepAlive(http) && (readsBody || !request.hasBody()) && http.decoderResult().isSuccess());
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public EventExecutor loop() {
        return ctx.executor();
    }

    /** Returns whether the response ends soon; false while it is sent in pieces, which may go on forever. */
    boolean hasEnd() {
        return state != ResponseState.STREAMING;
    }

    /** Closes the connection after the response, because the rest of the request body is not read. */
    void closeAfterwards() {
        writer.closeAfterwards();
    }

    /** Makes the owner of a held request answer now, and closes the connection after the response. */
    void drain() {
        draining = true;
        writer.closeAfterwards();
        if (state == ResponseState.HELD) {
            owner.giveUp();
        }
        if (state == ResponseState.COMPLETE) {
            // A response that was just sent has also requested the close.
            writer.closeWhenWritten();
        }
    }

    /** Makes the owner end a response that is sent in pieces, because the edge shuts down. */
    void shutDown() {
        writer.closeAfterwards();
        if (state == ResponseState.STREAMING && owner != null) {
            owner.shutDown();
        }
    }

    /** Called when the socket is writable again. */
    void writable() {
        if (state == ResponseState.STREAMING && owner != null) {
            owner.writable();
        }
    }

    @Override
    public void hold(ResponseOwner next, long limitMs) {
        if (state.isAbandoned()) {
            next.clientLeft();
            return;
        }
        become(ResponseState.HELD);
        owner = next;
        expiry = limitMs == NO_LIMIT
                ? null
                : clock.schedule(loop(), () -> run(next::giveUp), TimeUnit.MILLISECONDS.toNanos(limitMs));
        if (draining) {
            next.giveUp();
        }
    }

    @Override
    public void release() {
        become(ResponseState.OPEN);
        owner = null;
    }

    /** Changes the state, and cancels the time limit of the hold, if any. */
    private void become(ResponseState next) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(
                    "a response that is " + state + " cannot become " + next + ": " + request.shown());
        }
        state = next;
        if (expiry != null) {
            expiry.cancel(false);
            expiry = null;
        }
    }

    /** Ends the response. Unless the response is complete, its owner is told that the client has left. */
    private void over(ResponseState end) {
        become(end);
        ResponseOwner last = owner;
        owner = null;
        if (end.isAbandoned() && last != null) {
            last.clientLeft();
        }
    }

    /** Also called when the connection has closed. */
    @Override
    public void abandon() {
        if (!state.isOver()) {
            over(ResponseState.CLIENT_LEFT);
        }
    }

    @Override
    public void send(HttpResponseStatus status, ByteBuf body, Consumer<HttpHeaders> more, Runnable gone) {
        if (state != ResponseState.OPEN && state != ResponseState.HELD) {
            body.release();
            gone.run();
            if (!state.isAbandoned()) {
                throw new IllegalStateException("answered twice: " + request.shown());
            }
            return;
        }
        over(ResponseState.COMPLETE);
        writer.whole(status, body, more).addListener(_ -> gone.run());
    }

    @Override
    public BodyStream stream(Consumer<HttpHeaders> more) {
        become(ResponseState.STREAMING);
        writer.begin(more);
        return new Body();
    }

    private final class Body implements BodyStream {
        @Override
        public SocketOutlet outlet() {
            return writer.outlet();
        }

        @Override
        public void end() {
            over(ResponseState.COMPLETE);
            writer.end();
        }

        @Override
        public void abort() {
            over(ResponseState.ABORTED);
            writer.abort();
        }
    }

    @Override
    public SocketOutlet upgrade(ChannelHandler frames) {
        become(ResponseState.STREAMING);
        return writer.upgrade(frames);
    }

    @Override
    public void inTurns(Runnable work) {
        if (network != null) {
            work.run();
            return;
        }
        network = request.network();
        inTurn(turns.next(network), () -> {
            if (!state.isAbandoned()) {
                work.run();
            }
        });
    }

    private void inTurn(Turns.Turn turn, Runnable step) {
        turn.begin().whenComplete((_, full) -> {
            if (full != null) {
                execute(() -> fail(new BusyException("too many requests of your network are waiting")));
                return;
            }
            try {
                // Not execute(): the loop reads from its sockets before it runs the next scheduled task.
                loop().schedule(() -> runInTurn(turn, step), 0, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException _) {
                // The edge is shutting down.
                turns.done(turn);
            }
        });
    }

    private void runInTurn(Turns.Turn turn, Runnable step) {
        try {
            run(step);
        } finally {
            turns.done(turn);
        }
    }

    @Override
    public void execute(Runnable task) {
        loop().execute(() -> run(task));
    }

    /** Ends the connection if {@code task} fails, which is a bug; otherwise the client would wait for nothing. */
    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException bug) {
            ctx.pipeline().fireExceptionCaught(bug);
        }
    }

    @Override
    public <T> void then(CompletionStage<T> stage, Consumer<T> next, Consumer<T> discard) {
        String turnsOf = network;
        stage.whenComplete((value, failure) -> {
            Runnable step = () -> {
                if (failure != null) {
                    fail(failure);
                } else {
                    (state.isAbandoned() ? discard : next).accept(value);
                }
            };
            if (turnsOf == null) {
                execute(step);
            } else {
                inTurn(turns.again(turnsOf), step);
            }
        });
    }

    @Override
    public void fail(Throwable failure) {
        FailedRequest.answer(this, failure, log, Client.peer(ctx.channel()));
    }
}
