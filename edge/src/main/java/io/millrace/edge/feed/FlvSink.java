package io.millrace.edge.feed;

import io.millrace.edge.audience.Protocol;
import io.millrace.edge.live.Selection;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;

/** One viewer of tags. Every method is called on its {@link #loop}, but those that say what never changes. */
public interface FlvSink {
    /** Never changes. */
    EventExecutor loop();

    /** Never changes. */
    Protocol protocol();

    /** Never changes. */
    Framing framing();

    /** Never changes. */
    default Selection selection() {
        return Selection.ALL;
    }

    /**
     * The first call, and the first again when a viewer of the past comes to the present. Bytes follow.
     *
     * @param more to be called whenever the socket takes bytes again
     */
    void start(Runnable more);

    /** Whether the socket takes more. False once it is over. */
    boolean isReady();

    /**
     * Sends whole tags, framed, as {@link io.millrace.platform.net.SocketOutlet#send} does: borrowed, in order, at once. Comes
     * after {@link #start}; does nothing once it is over.
     */
    void send(List<ByteBuf> pieces);

    /** Sends what this viewer alone gets, which is not framed yet. */
    default void send(byte[] own) {
        ByteBuf piece = framing().wrap(own);
        send(List.of(piece));
        piece.release();
    }

    /** So many tags were left out. */
    void skipped(long tags);

    /** Nothing moved for too long: the viewer is let go. */
    void tooSlow();

    /** Nothing follows. The first call, if the stream cannot be shown. */
    void end();
}
