package io.millrace.platform.rtmp;

/** The application's answer to a {@link PublishRequest}. */
public sealed interface PublishAnswer {
    /** The publish is accepted: {@code NetStream.Publish.Start} is sent, and media goes to {@code sink}. */
    record Accepted(PublishSink sink) implements PublishAnswer {}

    /**
     * The publish is refused: the encoder gets the code and the description, then the connection is closed.
     *
     * @param code code of onStatus, such as {@code NetStream.Publish.Denied}
     * @param description text for the user
     */
    record Refused(String code, String description) implements PublishAnswer {}

    /**
     * The log did not accept the publish: the encoder gets the code and the description, then the connection is closed.
     *
     * @param code code of onStatus, such as {@code NetStream.Publish.Failed}
     * @param description text for the user
     */
    record LogUnavailable(String code, String description) implements PublishAnswer {}
}
