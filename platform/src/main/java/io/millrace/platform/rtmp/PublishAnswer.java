package io.millrace.platform.rtmp;

/** What the application says to a {@link PublishRequest}. */
public sealed interface PublishAnswer {
    /** {@code NetStream.Publish.Start} is sent and media goes to {@code sink}. */
    record Accepted(PublishSink sink) implements PublishAnswer {}

    /**
     * The encoder is told and closed.
     *
     * @param code such as {@code NetStream.Publish.Denied}
     * @param description for people
     */
    record Refused(String code, String description) implements PublishAnswer {}
}
