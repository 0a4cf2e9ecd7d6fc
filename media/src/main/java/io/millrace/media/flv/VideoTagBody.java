package io.millrace.media.flv;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * The body of an FLV video tag (Adobe FLV 10.1, E.4.3), which is the payload of an RTMP video message.
 *
 * <p>Layout: {@code frameType:4 | codecId:4 | packet of the codec}; bit 7 set is an Enhanced RTMP header.
 *
 * <p>Immutable; buffers share the memory of the body.
 */
public sealed interface VideoTagBody {
    /** CodecID of H.264. */
    int AVC_CODEC_ID = 7;

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
    record Frame(Codec codec, boolean flaggedKey, boolean disposable, int compositionTimeMs,
            ByteBuffer data) implements VideoTagBody {}

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
        var in = new ByteReader("VIDEODATA", body.duplicate());
        int head = in.uint8("FrameType");
        if ((head & 0x80) != 0) {
            throw new UnsupportedException("VIDEODATA", "IsExVideoHeader", 1, "0 (no Enhanced RTMP yet)");
        }
        int frameType = head >>> 4;
        if (frameType < 1 || frameType > 5) {
            throw MalformedException.value("VIDEODATA", "FrameType", frameType, "1 to 5");
        }
        if (frameType == 5) {
            return new Command();
        }
        int codecId = head & 0x0F;
        if (codecId != AVC_CODEC_ID) {
            throw new UnsupportedException("VIDEODATA", "CodecID", codecId, "7 (AVC)");
        }
        return parseAvc(in, frameType);
    }

    /** AVCVIDEOPACKET: {@code type:8 | compositionTime:s24 | data}. */
    private static VideoTagBody parseAvc(ByteReader in, int frameType) {
        int packetType = in.uint8("AVCPacketType");
        if (packetType == 2) {
            // Before the composition time is looked for: not every encoder writes one behind an end.
            return new End(Codec.AVC);
        }
        int compositionTimeMs = in.int24("CompositionTime");
        return switch (packetType) {
            case 0 -> new Config(Codec.AVC, in.rest());
            case 1 -> new Frame(Codec.AVC, frameType == 1 || frameType == 4, frameType == 3, compositionTimeMs,
                    in.rest());
            default -> throw new UnsupportedException("VIDEODATA", "AVCPacketType", packetType, "0 to 2");
        };
    }
}
