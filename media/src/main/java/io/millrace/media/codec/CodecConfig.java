package io.millrace.media.codec;

import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;

/**
 * The configuration of one track: what a decoder needs before its first frame.
 *
 * <p>Immutable; equal if the bytes of the record are equal.
 */
public sealed interface CodecConfig permits VideoConfig, AudioConfig {
    /** The largest configuration record that is taken: real ones have up to some hundred bytes, x265's some thousand. */
    int MAX_RECORD_BYTES = 64 * 1024;

    Codec codec();

    /** The record as the encoder sent it, read-only: {@code avcC} contents, AudioSpecificConfig. */
    ByteBuffer record();

    /** The codec string of RFC 6381, such as {@code avc1.64001f}. */
    String rfc6381();

    /** Parses {@code record} for {@code codec}; borrows nothing: the bytes are copied. */
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

    /** A read-only copy of what remains of {@code record}, checked against {@link #MAX_RECORD_BYTES}. */
    static ByteBuffer copy(String structure, ByteBuffer record) {
        if (record.remaining() > MAX_RECORD_BYTES) {
            throw new OverLimitException(structure, "size", record.remaining(), MAX_RECORD_BYTES);
        }
        byte[] bytes = new byte[record.remaining()];
        record.get(record.position(), bytes);
        return ByteBuffer.wrap(bytes).asReadOnlyBuffer();
    }
}
