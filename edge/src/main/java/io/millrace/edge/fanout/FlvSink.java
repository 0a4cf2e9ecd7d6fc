package io.millrace.edge.fanout;

import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.Selection;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** One viewer of tags. Every method is called on its {@link #loop}, except for the constant properties. */
public interface FlvSink {
    /** Constant. */
    EventExecutor loop();

    /** Constant. */
    Protocol protocol();

    /** Constant. */
    Framing framing();

    /** Constant. */
    default Selection selection() {
        return Selection.ALL;
    }

    /** Runs a task on the loop; without effect if the loop has ended, which closes the connection. */
    default void execute(Runnable task) {
        try {
            loop().execute(task);
        } catch (RejectedExecutionException _) {
            // The edge is closing.
        }
    }

    /**
     * Starts the viewer: the first call, repeated when a viewer of the past joins the live stream. Bytes follow.
     *
     * @param more runs each time the socket becomes writable again
     */
    void start(Runnable more);

    /** Returns whether the socket accepts more. False after the end. */
    boolean isReady();

    /**
     * Sends whole framed tags, as {@link io.millrace.platform.net.SocketOutlet#send} does: borrowed, in order, at once.
     * Called after {@link #start}; ignored after the end.
     */
    void send(List<ByteBuf> pieces);

    /** Sends bytes for this viewer alone, which are not framed yet. */
    default void send(byte[] own) {
        ByteBuf piece = framing().wrap(own);
        send(List.of(piece));
        piece.release();
    }

    /** Reports that this many tags were skipped. */
    void skipped(long tags);

    /** Disconnects the viewer, because its socket accepted nothing for too long. */
    void tooSlow();

    /** Ends the viewer, because the edge has no memory for one more stream. */
    void busy();

    /** Ends the stream. May be the first call, if the stream cannot be shown. */
    void end();
}
