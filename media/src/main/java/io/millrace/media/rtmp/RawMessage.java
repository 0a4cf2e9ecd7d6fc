package io.millrace.media.rtmp;

import java.nio.ByteBuffer;

/**
 * One complete message between chunks and meaning.
 *
 * @param timestamp the 32 bits, ms
 * @param streamId the message stream, 0 for the connection itself
 * @param body its own heap array, or what the writer was given
 */
record RawMessage(MessageType type, int timestamp, int streamId, ByteBuffer body) {}
