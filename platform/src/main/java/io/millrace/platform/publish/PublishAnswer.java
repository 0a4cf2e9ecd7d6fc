package io.millrace.platform.publish;

/** The application's answer to a request to publish. */
public sealed interface PublishAnswer {
    /** The publish is accepted: the encoder is notified, and its media goes to {@code sink}. */
    record Accepted(PublishSink sink) implements PublishAnswer {}

    /**
     * The publish is refused: the encoder is told why, then the connection is closed.
     *
     * @param description text for the user
     */
    record Refused(PublishEnd why, String description) implements PublishAnswer {}
}
