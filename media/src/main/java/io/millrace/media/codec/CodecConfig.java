package io.millrace.media.codec;

import java.nio.ByteBuffer;

/**
 * The configuration of one track: what a decoder needs before its first frame.
 *
 * <p>Immutable; equal if the bytes of the record are equal.
 */
public sealed interface CodecConfig permits AvcConfig, AacConfig {
    Codec codec();

    /** The record as the encoder sent it, read-only: {@code avcC} contents, AudioSpecificConfig. */
    ByteBuffer record();

    /** The codec string of RFC 6381, such as {@code avc1.64001f}. */
    String rfc6381();

    /** Parses {@code record} for {@code codec}; borrows nothing: the bytes are copied. */
    static CodecConfig parse(Codec codec, ByteBuffer record) {
        return switch (codec) {
            case AVC -> AvcConfig.parse(record);
            case AAC -> AacConfig.parse(record);
            case HEVC, AV1, VP9, OPUS, FLAC, MP3, AC3, EAC3 -> throw new io.millrace.media.bytes.UnsupportedException(
                    "CodecConfig", "codec", codec, "AVC, AAC");
        };
    }
}
