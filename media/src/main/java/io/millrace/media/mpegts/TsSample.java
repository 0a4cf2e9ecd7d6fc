package io.millrace.media.mpegts;

import java.nio.ByteBuffer;

/**
 * One frame to be muxed.
 *
 * <p>Immutable. Times are 90 kHz, not wrapped: the muxer masks them to the 33 bits of the wire.
 *
 * @param kind which track it is of
 * @param dts90k decoding time; may be greater than {@code pts90k} where an encoder sends negative composition times
 * @param pts90k presentation time
 * @param data video: NAL units with the length prefixes of the {@code AvcConfig}; audio: a raw AAC access unit, or MP3
 *     frames.
 *     Borrowed until {@link TsSegmentMuxer#part} returns; its position is left alone
 */
public record TsSample(Kind kind, long dts90k, long pts90k, ByteBuffer data) {
    public enum Kind { VIDEO, AUDIO }
}
