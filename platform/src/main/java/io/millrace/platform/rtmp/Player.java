package io.millrace.platform.rtmp;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;

/** One play, as the application sees it. Confined to its {@link #loop}; calls after its end have no effect. */
public interface Player {
    /** Returns the connection's event loop, which never changes. */
    EventExecutor loop();

    /** Returns whether the play has ended: the player has left, or was told to. */
    boolean isOver();

    /**
     * Runs {@code task} when the play ends before the application has accepted it; immediately if it has ended.
     * Replaces the task of an earlier call.
     */
    void whenOver(Runnable task);

    /** Tells the player, together with the first media, that the play starts. */
    void start();

    /** Returns whether the socket accepts more. */
    boolean isWritable();

    /**
     * Sends whole messages of {@link io.millrace.media.rtmp.PlayChunks} as {@link
     * io.millrace.platform.net.SocketOutlet#send} does: borrowed, in order, immediately. Must follow {@link #start}.
     */
    void send(List<ByteBuf> messages);

    /** Tells the player that the stream has ended. */
    void end();

    /**
     * Ends the play: sends onStatus of level error, drains the input for a moment so that it arrives, and closes.
     *
     * @param reason counted by the meter
     * @param code code of onStatus, such as {@code NetStream.Play.StreamNotFound}
     * @param description text for the user
     */
    void close(CloseReason reason, String code, String description);
}
