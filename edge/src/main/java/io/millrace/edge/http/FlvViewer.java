package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Protocol;
import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.feed.FlvSink;
import io.millrace.edge.feed.Framing;
import io.millrace.edge.http.Carrier.Parting;
import io.millrace.edge.live.Selection;
import io.millrace.platform.net.SocketOutlet;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;

/**
 * One viewer of FLV: hands to its carrier what comes, framed already. Confined to the event loop of its connection.
 *
 * <p>HELD -> PLAYING -> OVER; HELD -> OVER.
 */
final class FlvViewer implements FlvSink {
    private enum State {
        HELD, PLAYING, OVER
    }

    private final Exchange exchange;
    private final Channel channel;
    private final Carrier carrier;
    private final String stream;
    private final Selection selection;
    private final Viewers viewers;
    private final EdgeMeters meters;
    private State state = State.HELD;
    // Null until it plays.
    private Viewer viewer;
    private SocketOutlet outlet;

    FlvViewer(Exchange exchange, Carrier carrier, String stream, Selection selection, Viewers viewers,
            EdgeMeters meters) {
        this.exchange = exchange;
        this.channel = exchange.context().channel();
        this.carrier = carrier;
        this.stream = stream;
        this.selection = selection;
        this.viewers = viewers;
        this.meters = meters;
    }

    @Override
    public EventExecutor loop() {
        return exchange.context().executor();
    }

    @Override
    public Protocol protocol() {
        return carrier.protocol();
    }

    @Override
    public Framing framing() {
        return carrier.framing();
    }

    @Override
    public Selection selection() {
        return selection;
    }

    @Override
    public void start(Runnable more) {
        exchange.onWritable(more);
        if (state == State.HELD) {
            state = State.PLAYING;
            viewer = viewers.joined(carrier.protocol(), stream, exchange.remoteAddress(),
                    exchange.headers().get(HttpHeaderNames.USER_AGENT), () -> loop().execute(this::kicked));
            outlet = carrier.begin();
        }
    }

    @Override
    public boolean isReady() {
        return state == State.PLAYING && channel.isWritable();
    }

    @Override
    public void send(List<ByteBuf> pieces) {
        if (state == State.PLAYING) {
            viewer.sent(pieces);
            outlet.send(pieces);
        }
    }

    @Override
    public void skipped(long tags) {
        meters.dropped("slow_viewer", tags);
    }

    @Override
    public void tooSlow() {
        letGo("slow", Parting.SLOW);
    }

    private void kicked() {
        letGo("kicked", Parting.KICKED);
    }

    private void letGo(String reason, Parting why) {
        if (state == State.PLAYING) {
            meters.closed(carrier.protocol(), reason);
            end(why);
        }
    }

    @Override
    public void end() {
        if (!giveUp()) {
            end(Parting.ENDED);
        }
    }

    /** The edge ends. */
    void shutDown() {
        if (!giveUp()) {
            end(Parting.SHUTDOWN);
        }
    }

    private void end(Parting why) {
        if (state == State.PLAYING) {
            close();
            carrier.end(why);
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

    /** The connection is gone, or gets nothing more. */
    void close() {
        if (state == State.PLAYING) {
            viewers.left(viewer);
        }
        state = State.OVER;
    }
}
