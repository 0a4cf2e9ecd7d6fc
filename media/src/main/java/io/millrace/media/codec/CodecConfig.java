package io.millrace.media.codec;

import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;

/**
 * The configuration of one track: what a decoder needs before its first frame.
 *
 * <p>Immutable; equal if the bytes of the record are equal.
 */
public sealed interface CodecConfig permits AvcConfig, AacConfig {
    /** The largest configuration record that is taken: real ones have up to some hundred bytes. */
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
            case AAC -> AacConfig.parse(record);
            case HEVC, AV1, VP9, OPUS, FLAC, MP3, AC3, EAC3 -> throw new UnsupportedException("CodecConfig",
                    "codec", codec, "AVC, AAC");
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
