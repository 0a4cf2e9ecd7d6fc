package io.millrace.platform.log;

import java.nio.ByteBuffer;

/**
 * The muxed bytes of one part in one format. The bytes of a segment are those of its parts, concatenated.
 *
 * @param epoch as in {@link Cut}
 * @param segment as in {@link Cut}
 * @param part as in {@link Cut}
 * @param format container format
 * @param bytes at most 8 MiB; shares memory with the record that it was read from
 */
public record Part(long epoch, long segment, int part, Format format, ByteBuffer bytes) implements LogRecord {}
