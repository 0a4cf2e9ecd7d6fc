package io.millrace.media.rtmp;

import java.nio.ByteBuffer;

/** What a {@link PlayerSession} tells its shell. Immutable but for the body of media, which belongs to the receiver. */
public sealed interface PlayerEvent {
    /** onStatus, or an error in answer to a command, such as {@code NetStream.Play.Start}. */
    record Status(String code, String description) implements PlayerEvent {}

    /** One message of what is played. Timestamp: the 32 bits, ms. */
    record Media(MediaKind kind, int timestamp, ByteBuffer body) implements PlayerEvent {}
}
