package io.millrace.media.flv;

import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * The body of an FLV audio tag (Adobe FLV 10.1, E.4.2), which is the payload of an RTMP audio message.
 *
 * <p>Immutable; buffers share the memory of the body.
 */
public sealed interface AudioTagBody {
    /** A sequence header: for AAC an AudioSpecificConfig. */
    record Config(Codec codec, ByteBuffer record) implements AudioTagBody {}

    /** An access unit: for AAC a raw frame without ADTS. */
    record Frame(Codec codec, ByteBuffer data) implements AudioTagBody {}

    /** A message of zero length: silence, legal in RTMP. */
    record Silence() implements AudioTagBody {}

    /**
     * Parses what remains of {@code body}, and leaves its position alone.
     *
     * @throws io.millrace.media.bytes.MediaException malformed, or a format that we do not know
     */
    static AudioTagBody parse(ByteBuffer body) {
        throw new UnsupportedOperationException("media.flv room");
    }
}
