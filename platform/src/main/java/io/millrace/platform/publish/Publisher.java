package io.millrace.platform.publish;

import java.util.concurrent.Executor;

/**
 * One publish, as ingest sees it. A protocol, such as RTMP, implements this interface and passes it to {@link
 * PublishApplication#publish}; media goes the other way, to the {@link PublishSink}. Thread-safe: commands are executed
 * later on {@link #loop}. Calls after the end of the publish have no effect.
 */
public interface Publisher {
    /**
     * Returns the thread that reads from the encoder and owns the publish, as an executor that runs tasks after the
     * current one. Never changes.
     */
    Executor loop();

    /**
     * Stops reading from the socket, so that TCP slows the encoder down. Calls are not counted: one {@link
     * #resumeReading} undoes them all.
     */
    void pauseReading();

    /** Resumes reading from the socket. Has no effect unless reading is paused. */
    void resumeReading();

    /** Returns whether the encoder supports {@link #requestReconnect}. */
    boolean knowsReconnect();

    /**
     * Asks the encoder to reconnect, such as by Enhanced RTMP's reconnect request. The encoder disconnects at its next
     * keyframe; until then, it is served. Has no effect unless {@link #knowsReconnect}.
     *
     * @param description text for the user
     */
    void requestReconnect(String description);

    /**
     * Ends the publish: tells the encoder why, and closes its connection. The sink receives {@link PublishSink#ended}.
     *
     * @param description text for the user
     */
    void close(PublishEnd why, String description);
}
