package io.millrace.platform.publish;

import java.util.concurrent.Executor;

/** One publish, as the application sees it. Thread-safe; calls after its end have no effect. */
public interface Publisher {
    /**
     * Returns the thread that reads from the encoder and owns the publish, as an executor that runs tasks after the
     * current one. Never changes.
     */
    Executor loop();

    /** Stops reading from the socket, so that TCP slows the encoder down. A switch: calls are not counted. */
    void pauseReading();

    /** Resumes reading from the socket. */
    void resumeReading();

    /** Returns whether the encoder supports {@link #requestReconnect}. */
    boolean knowsReconnect();

    /**
     * Asks the encoder to reconnect, such as by the reconnect request of Enhanced RTMP. It leaves at its next keyframe
     * and is served until then. Has no effect on an encoder that does not support it.
     *
     * @param description text for the user
     */
    void requestReconnect(String description);

    /**
     * Ends the publish: tells the encoder why, and closes its connection.
     *
     * @param description text for the user
     */
    void close(PublishEnd why, String description);
}
