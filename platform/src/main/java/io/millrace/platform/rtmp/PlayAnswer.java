package io.millrace.platform.rtmp;

/** What the application says to a {@link PlayRequest}. */
public sealed interface PlayAnswer {
    /** The player waits for {@link Player#start}. */
    record Accepted(PlaySink sink) implements PlayAnswer {}

    /**
     * The player is told and closed.
     *
     * @param code such as {@code NetStream.Play.StreamNotFound}
     * @param description for people
     */
    record Refused(String code, String description) implements PlayAnswer {}
}
