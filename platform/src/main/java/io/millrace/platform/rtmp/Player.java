package io.millrace.platform.rtmp;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;

/** One play, as the application sees it. Confined to its {@link #loop}; calls after its end have no effect. */
public interface Player {
    /** Returns the connection's event loop, which never changes. */
    EventExecutor loop();

    /**
     * Returns whether the play has ended: the player has stopped or disconnected, or was told that the play is over.
     */
    boolean isOver();

    /**
     * Runs {@code task} when the play ends before the application has accepted it; immediately if it has ended.
     * Replaces the task of an earlier call.
     */
    void whenOver(Runnable task);

    /** Tells the player that the play starts. To be called once, right before the first media. */
    void start();

    /** Returns whether the socket accepts more bytes; {@link PlaySink#writable} reports when it does again. */
    boolean isWritable();

    /**
     * Sends whole messages of {@link io.millrace.media.rtmp.PlayChunks} as {@link
     * io.millrace.platform.net.SocketOutlet#send} does: borrowed, in order, immediately. Must follow {@link #start}.
     */
    void send(List<ByteBuf> messages);

    /** Tells the player that the stream has ended, and ends the play: {@link PlaySink#ended} is called. */
    void end();

    /**
     * Ends the play with an onStatus message of level error; {@link PlaySink#ended} is called. If the connection has no
     * other stream in use, it is closed about a second later, so that the message arrives.
     *
     * @param reason reason that the meter counts
     * @param code code of onStatus, such as {@code NetStream.Play.StreamNotFound}
     * @param description text for the user
     */
    void close(CloseReason reason, String code, String description);
}
