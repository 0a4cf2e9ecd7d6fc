package io.millrace.media.mpegts;

import java.nio.ByteBuffer;

/**
 * One frame to be muxed.
 *
 * <p>Immutable. Times are in 90 kHz ticks and not wrapped: the muxer reduces them to the 33 bits on the wire.
 *
 * @param kind the track that the frame belongs to
 * @param dts90k decoding time; may be greater than {@code pts90k} if an encoder sends negative composition times
 * @param pts90k presentation time
 * @param data video: NAL units with the length prefixes of the configuration; audio: a raw AAC access unit, or frames
 *     of MP3, AC-3 or E-AC-3. Must not change until {@link TsSegmentMuxer#part} returns; its position does not change
 */
public record TsSample(Kind kind, long dts90k, long pts90k, ByteBuffer data) {
    public enum Kind { VIDEO, AUDIO }
}
