package io.millrace.media.rtmp;

import java.nio.ByteBuffer;

/**
 * One complete message as the chunk layer sees it, before its body is interpreted.
 *
 * @param timestamp the 32-bit value, ms
 * @param streamId the message stream; 0 for the connection itself
 * @param body an array of its own when read; when written, the buffer that the caller passed
 */
record RawMessage(MessageType type, int timestamp, int streamId, ByteBuffer body) {}
