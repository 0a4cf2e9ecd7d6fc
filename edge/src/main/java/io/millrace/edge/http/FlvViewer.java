package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.feed.FlvSink;
import io.millrace.edge.feed.Framing;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.util.function.Consumer;

/**
 * One viewer of HTTP-FLV: hands to its socket what comes, framed already. Confined to the event loop of its connection.
 */
final class FlvViewer implements FlvSink {
    private enum State {
        HELD, PLAYING, OVER
    }

    private final Exchange exchange;
    private final ChannelHandlerContext ctx;
    private final EdgeMeters meters;
    private final Consumer<HttpHeaders> describe;
    private final Runnable onStart;
    private final Runnable onEnd;
    private final ChannelHandlerContext wire;
    private State state = State.HELD;

    FlvViewer(Exchange exchange, EdgeMeters meters, Consumer<HttpHeaders> describe, Runnable onStart, Runnable onEnd) {
        this.exchange = exchange;
        this.ctx = exchange.context();
        this.meters = meters;
        this.describe = describe;
        this.onStart = onStart;
        this.onEnd = onEnd;
        wire = exchange.wire();
    }

    @Override
    public EventExecutor loop() {
        return ctx.executor();
    }

    @Override
    public Framing framing() {
        return exchange.isChunked() ? Framing.CHUNKED : Framing.PLAIN;
    }

    @Override
    public void start(Runnable more) {
        exchange.onWritable(more);
        if (state == State.HELD) {
            state = State.PLAYING;
            onStart.run();
            exchange.startStream(describe);
        }
    }

    @Override
    public boolean isReady() {
        return state == State.PLAYING && ctx.channel().isWritable();
    }

    @Override
    public void write(ByteBuf piece) {
        if (state == State.PLAYING) {
            wire.write(piece, wire.voidPromise());
        } else {
            piece.release();
        }
    }

    @Override
    public void flush() {
        wire.flush();
    }

    @Override
    public void skipped(long tags) {
        meters.dropped("slow_viewer", tags);
    }

    @Override
    public void tooSlow() {
        if (state == State.PLAYING) {
            meters.closed("flv", "slow");
            ctx.close();
        }
    }

    @Override
    public void end() {
        switch (state) {
            case HELD -> giveUp();
            case PLAYING -> {
                // What waits is part of the stream; a connection on which it does not move is closed.
                over();
                exchange.endStream();
            }
            case OVER -> {
                // Its connection was faster.
            }
        }
    }

    /** Nothing came in time: 404. False if something came. */
    boolean giveUp() {
        if (state != State.HELD) {
            return false;
        }
        state = State.OVER;
        exchange.error(HttpResponseStatus.NOT_FOUND, ApiError.of("nothing_to_show_yet", "there is nothing to show yet"),
                headers -> headers.set(HttpHeaderNames.RETRY_AFTER, 2));
        return true;
    }

    /** The connection is gone. */
    void close() {
        if (state == State.PLAYING) {
            over();
        }
        state = State.OVER;
    }

    private void over() {
        state = State.OVER;
        onEnd.run();
    }
}
