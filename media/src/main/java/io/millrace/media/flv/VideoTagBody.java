package io.millrace.media.flv;

import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * The body of an FLV video tag (Adobe FLV 10.1, E.4.3), which is the payload of an RTMP video message.
 *
 * <p>Immutable; buffers share the memory of the body.
 */
public sealed interface VideoTagBody {
    /** A sequence header: {@code record} is the codec configuration record. */
    record Config(Codec codec, ByteBuffer record) implements VideoTagBody {}

    /**
     * An access unit.
     *
     * @param flaggedKey frame type 1 or 4: what the encoder claims, not what the NAL units say
     * @param disposable frame type 3
     * @param compositionTimeMs presentation minus decoding time, may be negative
     * @param data the access unit; for AVC NAL units with length prefixes
     */
    record Frame(Codec codec, boolean flaggedKey, boolean disposable, int compositionTimeMs, ByteBuffer data)
            implements VideoTagBody {}

    /** End of sequence. */
    record End(Codec codec) implements VideoTagBody {}

    /** A video info or command frame (frame type 5): nothing to show. */
    record Command() implements VideoTagBody {}

    /**
     * Parses what remains of {@code body}, and leaves its position alone.
     *
     * @throws io.millrace.media.bytes.MediaException malformed, or a codec or packet type that we do not know
     */
    static VideoTagBody parse(ByteBuffer body) {
        throw new UnsupportedOperationException("media.flv room");
    }
}
