package io.millrace.platform.rtmp;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;

/** One player of a stream as the application sees it. Confined to its {@link #loop}; calls after the end do nothing. */
public interface Player {
    /** Never changes. */
    EventExecutor loop();

    /** The player is told that it plays, together with the first of what it plays. */
    void start();

    /** Whether the socket takes more. */
    boolean isWritable();

    /**
     * Sends whole messages of {@link io.millrace.media.rtmp.PlayChunks}, as {@link io.millrace.platform.net.SocketOutlet#send}
     * does: borrowed, in order, at once. Comes after {@link #start}.
     */
    void send(List<ByteBuf> messages);

    /** What was played has come to its end. */
    void end();

    /**
     * Tells the player (onStatus of level error), drains its input for a moment so that the answer arrives, and closes.
     *
     * @param reason for the meter
     * @param code such as {@code NetStream.Play.StreamNotFound}
     * @param description for people
     */
    void close(CloseReason reason, String code, String description);
}
