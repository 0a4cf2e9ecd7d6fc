package io.millrace.media.rtmp;

import java.nio.ByteBuffer;

/**
 * An event that a {@link PlayerSession} reports to its caller. Immutable except for the body of media, which the
 * receiver owns.
 */
public sealed interface PlayerEvent {
    /** An onStatus message such as {@code NetStream.Play.Start}, or an error reply to a command. */
    record Status(String code, String description) implements PlayerEvent {}

    /** One message of the played stream. The timestamp is the 32-bit value, ms. */
    record Media(MediaKind kind, int timestamp, ByteBuffer body) implements PlayerEvent {}
}
