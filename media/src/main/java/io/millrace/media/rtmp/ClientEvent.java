package io.millrace.media.rtmp;

/** An event that a {@link ClientSession} reports to its caller. Immutable. */
public sealed interface ClientEvent {
    /** The server accepted the publish; media may be sent from now on. */
    record Started() implements ClientEvent {}

    /**
     * The server asks the publisher to reconnect at the publisher's next keyframe. Until then, the server accepts
     * media.
     */
    record ReconnectRequested(String description) implements ClientEvent {}

    /** The server refused or ended the publish; nothing more can be sent. */
    record Failed(String code, String description) implements ClientEvent {}
}
