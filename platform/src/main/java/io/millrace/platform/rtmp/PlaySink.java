package io.millrace.platform.rtmp;

/** What one player does, for who serves it. All calls come from the connection's event loop and must not block. */
public interface PlaySink {
    /** The socket takes bytes again. */
    void writable();

    /** The player paused, or wants other tracks: nothing more is written until {@link #goOn}. */
    void hold();

    /**
     * It goes on with the latest keyframe and all that stands before it.
     *
     * @param audio whether it wants the sound
     * @param video whether it wants the picture; one of both it does
     */
    void goOn(boolean audio, boolean video);

    /** The last call: the player is gone, or was told the end. */
    void ended();
}
