package io.millrace.platform.rtmp;

/** The connection of one publisher as the application sees it. Thread-safe; calls after the end do nothing. */
public interface Publisher {
    /** Stops reading from the socket, so that TCP slows the encoder. Nestable by nobody: a plain switch. */
    void pauseReading();

    /** Reads again. */
    void resumeReading();

    /** Whether the encoder said that it follows {@link #requestReconnect}. */
    boolean knowsReconnect();

    /**
     * Asks the encoder to connect again (Enhanced RTMP, reconnect request). It leaves at its next keyframe, and what it sends
     * until then is taken as before. Does nothing to one that does not know it.
     *
     * @param description for people
     */
    void requestReconnect(String description);

    /**
     * Tells the encoder (onStatus of level error), drains its input for a moment so that the answer arrives, and closes.
     *
     * @param reason for the meter
     * @param code such as {@code NetStream.Publish.BadName}
     * @param description for people
     */
    void close(CloseReason reason, String code, String description);
}
