package io.millrace.platform.rtmp;

import java.util.concurrent.Executor;

/** One publish, as the application sees it. Thread-safe; calls after its end have no effect. */
public interface Publisher {
    /** The event loop of the connection: runs tasks after the current one. Never changes. */
    Executor loop();

    /** Stops reading from the socket, so that TCP slows the encoder down. A switch: calls are not counted. */
    void pauseReading();

    /** Resumes reading from the socket. */
    void resumeReading();

    /** Returns whether the encoder supports {@link #requestReconnect}. */
    boolean knowsReconnect();

    /**
     * Asks the encoder to reconnect (Enhanced RTMP, reconnect request). It leaves at its next keyframe and is served
     * until then. Has no effect on an encoder that does not support it.
     *
     * @param description text for the user
     */
    void requestReconnect(String description);

    /**
     * Ends the publish: sends onStatus of level error, drains the input for a moment so that it arrives, and closes.
     *
     * @param reason counted by the meter
     * @param code code of onStatus, such as {@code NetStream.Publish.BadName}
     * @param description text for the user
     */
    void close(CloseReason reason, String code, String description);
}
