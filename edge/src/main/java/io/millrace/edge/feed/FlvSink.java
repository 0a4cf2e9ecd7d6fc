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

    /** Whole tags and what stands around them; transferred. */
    void write(ByteBuf piece);

    void flush();

    /** Writes all of {@code pieces} and flushes; borrowed. For a sink that has a shorter way than two calls a piece. */
    default void send(List<ByteBuf> pieces) {
        pieces.forEach(piece -> write(piece.retainedDuplicate()));
        flush();
    }

    /** So many tags were left out. */
    void skipped(long tags);

    /** Nothing moved for too long: the viewer is let go. */
    void tooSlow();

    /** Nothing follows. The first call, if the stream cannot be shown. */
    void end();
}
