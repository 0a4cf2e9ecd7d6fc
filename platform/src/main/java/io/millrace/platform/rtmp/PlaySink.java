package io.millrace.platform.rtmp;

/** Receives the events of one player. All calls come from the connection's event loop and must not block. */
public interface PlaySink {
    /** The socket accepts bytes again. */
    void writable();

    /** The player paused, or selected other tracks: write nothing until {@link #resume}. */
    void hold();

    /**
     * The player continues: write the opening and the stream from the latest keyframe.
     *
     * @param audio whether the player wants audio
     * @param video whether the player wants video; at least one of the two is true
     */
    void resume(boolean audio, boolean video);

    /** The last call: the player has left, or was told that the stream has ended. */
    void ended();
}
