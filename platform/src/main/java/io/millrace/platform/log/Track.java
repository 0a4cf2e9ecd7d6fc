package io.millrace.platform.log;

import java.nio.ByteBuffer;

/**
 * A track and its codec configuration.
 *
 * @param id track number, 0 except in multitrack
 * @param kind audio or video
 * @param codec name of a {@code media.codec.Codec}
 * @param config codec configuration record
 */
public record Track(int id, Packet.Kind kind, String codec, ByteBuffer config) {}
