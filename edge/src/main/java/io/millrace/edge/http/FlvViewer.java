package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.feed.FlvSink;
import io.millrace.edge.feed.SharedTag;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.function.Consumer;

/**
 * One viewer of HTTP-FLV: writes what its socket takes, keeps a little of what it does not, and skips to a later keyframe
 * or lets go where that is too much. Nobody waits for it. Confined to the event loop of its connection.
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
    private final ViewerQueue queue = new ViewerQueue();
    private State state = State.HELD;

    FlvViewer(Exchange exchange, EdgeMeters meters, Consumer<HttpHeaders> describe, Runnable onStart, Runnable onEnd) {
        this.exchange = exchange;
        this.ctx = exchange.context();
        this.meters = meters;
        this.describe = describe;
        this.onStart = onStart;
        this.onEnd = onEnd;
        exchange.onWritable(this::drain);
    }

    @Override
    public EventExecutor loop() {
        return ctx.executor();
    }

    @Override
    public void start(ByteBuf opening) {
        if (state != State.HELD) {
            return;
        }
        state = State.PLAYING;
        onStart.run();
        exchange.startStream(describe);
        send(opening);
        ctx.flush();
    }

    @Override
    public void deliver(List<SharedTag> tags) {
        if (state != State.PLAYING) {
            return;
        }
        // One by one: what comes at once after the log was away must not look like a viewer that took nothing meanwhile.
        for (SharedTag tag : tags) {
            queue.offer(tag);
            queue.drain(_ -> ctx.channel().isWritable(), next -> send(next.bytes()));
            if (!ctx.channel().isWritable()) {
                ctx.flush();
            }
        }
        drain();
        if (state == State.PLAYING && queue.isHopeless()) {
            meters.closed("flv", "slow");
            ctx.close();
        }
    }

    @Override
    public void end() {
        switch (state) {
            case HELD -> giveUp();
            case PLAYING -> {
                // What waits is part of the stream; the connection's write timeout bounds it.
                queue.drain(_ -> true, tag -> send(tag.bytes()));
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
        long dropped = queue.clear();
        if (dropped > 0) {
            meters.dropped("slow_viewer", dropped);
        }
        onEnd.run();
    }

    private void drain() {
        if (state == State.PLAYING) {
            queue.drain(_ -> ctx.channel().isWritable(), tag -> send(tag.bytes()));
            ctx.flush();
        }
    }

    private void send(ByteBuf bytes) {
        meters.flvSent(bytes.readableBytes());
        ctx.write(new DefaultHttpContent(bytes.retainedDuplicate()));
    }
}
