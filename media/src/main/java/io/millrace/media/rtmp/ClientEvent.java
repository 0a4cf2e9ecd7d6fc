package io.millrace.media.rtmp;

/** What a {@link ClientSession} tells its shell. Immutable. */
public sealed interface ClientEvent {
    /** The server takes media from here on. */
    record Started() implements ClientEvent {}

    /** The server asks for a new connection soon, at a keyframe; until then it takes media as before. */
    record ReconnectRequested(String description) implements ClientEvent {}

    /** The server refused or ended the publish; nothing more can be sent. */
    record Failed(String code, String description) implements ClientEvent {}
}
