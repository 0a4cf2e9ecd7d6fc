package io.millrace.platform.rtmp;

/** The connection of one publisher as the application sees it. Thread-safe; calls after the end do nothing. */
public interface Publisher {
    /** Stops reading from the socket, so that TCP slows the encoder. Nestable by nobody: a plain switch. */
    void pauseReading();

    /** Reads again. */
    void resumeReading();

    /**
     * Tells the encoder (onStatus of level error), drains its input for a moment so that the answer arrives, and closes.
     *
     * @param code such as {@code NetStream.Publish.BadName}
     * @param description for people
     */
    void close(String code, String description);
}
