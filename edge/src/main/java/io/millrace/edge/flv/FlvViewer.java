package io.millrace.edge.flv;

import io.millrace.edge.audience.Viewer;
import io.millrace.edge.audience.Viewers;
import io.millrace.edge.exchange.ApiError;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.ResponseOwner;
import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.fanout.Framing;
import io.millrace.edge.flv.ViewerTransport.EndReason;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.Selection;
import io.millrace.edge.view.TrackParameter;
import io.millrace.platform.net.SocketOutlet;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * One FLV viewer, of a live stream or of past media: passes framed tags on to its transport, and owns the response.
 * Confined to the event loop of its connection.
 *
 * <p>HELD -> PLAYING -> OVER; HELD -> OVER.
 */
final class FlvViewer implements FlvSink, ResponseOwner {
    /** Where the viewer's tags come from. */
    @FunctionalInterface
    interface Source {
        /**
         * Adds the viewer. Returns the action that removes it, which must be run once it has left or ended.
         *
         * @throws BusyException if the source takes no further viewer
         */
        Runnable join(FlvSink viewer) throws BusyException;
    }

    private enum State {
        HELD, PLAYING, OVER
    }

    private final Responder responder;
    private final ViewerTransport transport;
    private final String stream;
    private final TrackChoice choice;
    private final Viewers viewers;
    private final EdgeMeters meters;
    private State state = State.HELD;
    /** The end of the viewer's permission; null if it does not expire. */
    private Future<?> expiry;
    /** Leaves the source. */
    private Runnable leave = () -> {};
    // Null until playback starts.
    private Viewer viewer;
    private SocketOutlet outlet;
    private Runnable more;

    FlvViewer(Responder responder, ViewerTransport transport, String stream, TrackChoice choice, Viewers viewers,
            EdgeMeters meters) {
        this.responder = responder;
        this.transport = transport;
        this.stream = stream;
        this.choice = choice;
        this.viewers = viewers;
        this.meters = meters;
    }

    /** Ends the viewer after this time, because its permission expires. To be called before {@link #join}. */
    void expiresIn(long seconds) {
        expiry = responder.loop().schedule(this::expired, seconds, TimeUnit.SECONDS);
    }

    private void expired() {
        if (state == State.HELD) {
            close();
            responder.error(HttpResponseStatus.UNAUTHORIZED,
                    ApiError.of("credentials_expired", "the token has expired"),
                    headers -> headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer"));
        } else {
            disconnect("expired", EndReason.EXPIRED);
        }
    }

    /**
     * Joins a source, and holds the request until the source starts the viewer. Answers with 503 if the source is busy.
     *
     * @param limitMs see {@link Responder#hold}
     */
    void join(Source source, long limitMs) {
        try {
            leave = source.join(this);
        } catch (BusyException e) {
            close();
            responder.fail(e);
            return;
        }
        responder.hold(this, limitMs);
    }

    @Override
    public EventExecutor loop() {
        return responder.loop();
    }

    @Override
    public Protocol protocol() {
        return transport.protocol();
    }

    @Override
    public Framing framing() {
        return transport.framing();
    }

    @Override
    public Selection selection() {
        return choice.kinds();
    }

    @Override
    public ChosenTracks chosen() {
        return choice.chosen();
    }

    @Override
    public void start(Runnable again) {
        more = again;
        if (state == State.HELD) {
            state = State.PLAYING;
            viewer = viewers.joined(transport.protocol(), stream, responder.request().remoteAddress(),
                    responder.request().headers().get(HttpHeaderNames.USER_AGENT), responder.request().session(),
                    () -> responder.execute(this::kicked));
            outlet = transport.begin();
        }
    }

    @Override
    public boolean isReady() {
        return state == State.PLAYING && outlet.isWritable();
    }

    @Override
    public void writable() {
        more.run();
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
        disconnect("slow", EndReason.SLOW);
    }

    @Override
    public void busy() {
        if (state == State.HELD) {
            close();
            responder.fail(new BusyException("this edge has no memory for another FLV stream"));
        } else {
            disconnect("memory", EndReason.BUSY);
        }
    }

    @Override
    public void lacksTrack(Tracks tracks) {
        if (state == State.HELD) {
            close();
            lacksTrack(responder, stream, choice, tracks);
        }
    }

    /** Answers with 404, since the stream lacks a chosen track. */
    static void lacksTrack(Responder responder, String stream, TrackChoice choice, Tracks tracks) {
        responder.error(HttpResponseStatus.NOT_FOUND, "track_not_found",
                TrackParameter.lacks(stream, choice.chosen(), tracks));
    }

    private void kicked() {
        disconnect("kicked", EndReason.KICKED);
    }

    private void disconnect(String reason, EndReason why) {
        if (state == State.PLAYING) {
            meters.closed(transport.protocol(), reason);
            end(why);
        }
    }

    @Override
    public void end() {
        end(EndReason.ENDED);
    }

    @Override
    public void shutDown() {
        end(EndReason.SHUTDOWN);
    }

    private void end(EndReason why) {
        switch (state) {
            case HELD -> giveUp();
            case PLAYING -> {
                close();
                transport.end(why);
            }
            case OVER -> {
                // The end of the stream and that of the connection are two events.
            }
        }
    }

    /** Answers with 404, since nothing has arrived in time. */
    @Override
    public void giveUp() {
        close();
        responder.error(HttpResponseStatus.NOT_FOUND,
                ApiError.of("nothing_to_show_yet", "there is nothing to show yet"),
                headers -> headers.set(HttpHeaderNames.RETRY_AFTER, 2));
    }

    @Override
    public void clientLeft() {
        close();
    }

    /** Leaves the source and the list of viewers. */
    private void close() {
        if (state == State.PLAYING) {
            viewers.left(viewer);
        }
        if (state != State.OVER) {
            state = State.OVER;
            if (expiry != null) {
                expiry.cancel(false);
            }
            leave.run();
        }
    }
}
