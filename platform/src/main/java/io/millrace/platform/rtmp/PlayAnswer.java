package io.millrace.platform.rtmp;

/** The application's answer to a {@link PlayRequest}. */
public sealed interface PlayAnswer {
    /** The play is accepted; the player waits for {@link Player#start}. */
    record Accepted(PlaySink sink) implements PlayAnswer {}

    /**
     * The play is refused: the player gets the code and the description, then the connection is closed.
     *
     * @param code code of onStatus, such as {@code NetStream.Play.StreamNotFound}
     * @param description text for the user
     */
    record Refused(String code, String description) implements PlayAnswer {}
}
