package io.millrace.media.codec;

import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;

/**
 * The configuration of one track: what a decoder needs before the first frame.
 *
 * <p>Immutable; equal if the bytes of the record are equal.
 */
public sealed interface CodecConfig permits VideoConfig, AudioConfig {
    /**
     * Maximum size of a configuration record: real ones have up to a few hundred bytes, those of x265 a few thousand.
     */
    int MAX_RECORD_BYTES = 64 * 1024;

    Codec codec();

    /**
     * Returns the record as the encoder sent it, read-only: contents of {@code avcC}, AudioSpecificConfig and so on.
     */
    ByteBuffer record();

    /** Returns the codec string of RFC 6381, such as {@code avc1.64001f}. */
    String rfc6381();

    /** Parses a copy of {@code record} as configuration of {@code codec}. */
    static CodecConfig parse(Codec codec, ByteBuffer record) {
        return switch (codec) {
            case AVC -> AvcConfig.parse(record);
            case HEVC -> HevcConfig.parse(record);
            case AV1 -> Av1Config.parse(record);
            case VP9 -> Vp9Config.parse(record);
            case AAC -> AacConfig.parse(record);
            case OPUS -> OpusConfig.parse(record);
            case FLAC -> FlacConfig.parse(record);
            case MP3 -> Mp3Config.parse(record);
            case AC3 -> Ac3Config.parse(record);
            case EAC3 -> Eac3Config.parse(record);
        };
    }

    /** Returns a read-only copy of the remaining bytes of {@code record}, checked against {@link #MAX_RECORD_BYTES}. */
    static ByteBuffer copy(String structure, ByteBuffer record) {
        if (record.remaining() > MAX_RECORD_BYTES) {
            throw new OverLimitException(structure, "size", record.remaining(), MAX_RECORD_BYTES);
        }
        byte[] bytes = new byte[record.remaining()];
        record.get(record.position(), bytes);
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}
