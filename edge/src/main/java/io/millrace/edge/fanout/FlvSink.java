package io.millrace.edge.fanout;

import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.Selection;
import io.millrace.platform.timeline.ChosenTracks;
import io.millrace.platform.timeline.Tracks;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * One viewer of FLV tags. Every method is called on the viewer's {@link #loop}, except for {@link #execute} and the
 * constant properties, which any thread may call.
 */
public interface FlvSink {
    /** Returns the event loop of the viewer's connection; constant. */
    EventExecutor loop();

    /** Returns the protocol under which the viewer is counted; constant. */
    Protocol protocol();

    /** Returns how runs of tags are framed for this viewer; constant. */
    Framing framing();

    /** Returns the tracks that the viewer receives; constant. */
    default Selection selection() {
        return Selection.ALL;
    }

    /**
     * Returns the tracks that take the place of the default ones for this viewer; constant. Of kinds that are not in
     * the {@link #selection}, the default ones.
     */
    default ChosenTracks chosen() {
        return ChosenTracks.DEFAULT;
    }

    /** Queues a task on the loop. Has no effect if the loop has ended, which closes the connection. Thread-safe. */
    default void execute(Runnable task) {
        try {
            loop().execute(task);
        } catch (RejectedExecutionException _) {
            // The edge is closing.
        }
    }

    /**
     * Starts the viewer. Called before anything is sent, and again when a viewer of past media switches to the live
     * stream.
     *
     * @param more runs on the loop each time the socket becomes writable again; replaces that of an earlier call
     */
    void start(Runnable more);

    /** Returns whether the socket accepts more bytes; false before {@link #start} and after the end. */
    boolean isReady();

    /**
     * Sends whole framed tags, immediately and in order, as {@link io.millrace.platform.net.SocketOutlet#send} does.
     * Called after {@link #start}; has no effect after the end.
     *
     * @param pieces borrowed for the call and shared with other threads: the sink must retain a piece that it keeps
     *     longer, and must not move the indices of any
     */
    void send(List<ByteBuf> pieces);

    /** Frames bytes that only this viewer receives, and sends them. */
    default void send(byte[] own) {
        ByteBuf piece = framing().wrap(own);
        send(List.of(piece));
        piece.release();
    }

    /** Reports that the viewer was too slow for the ring and missed this many tags. */
    void skipped(long tags);

    /** Disconnects the viewer, because its socket accepted nothing for too long. */
    void tooSlow();

    /** Rejects or disconnects the viewer, because the edge has no memory for its stream. */
    void busy();

    /**
     * Rejects the viewer, because the stream lacks a track that it has chosen. Called instead of {@link #start}.
     *
     * @param tracks the tracks that the stream has
     */
    default void lacksTrack(Tracks tracks) {
        end();
    }

    /** Ends the stream for this viewer. Called without {@link #start} if the stream cannot be shown. */
    void end();
}
