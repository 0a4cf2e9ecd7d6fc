package io.millrace.media.flv;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * What an FLV video tag says of one track (Adobe FLV 10.1, E.4.3; Enhanced RTMP v2, "Enhanced Video"): the payload of an
 * RTMP video message. Legacy and enhanced headers give the same values.
 *
 * <p>Layout: {@code frameType:4 | codecId:4 | packet of the codec}, or {@code 1 | frameType:3 | packetType:4 |} an
 * {@link ExHeader}.
 *
 * <p>Immutable; buffers share the memory of the body.
 */
public sealed interface VideoTagBody {
    /** CodecID of H.264. */
    int AVC_CODEC_ID = 7;
    /** What Chinese CDNs and mpegts.js take for HEVC: unofficial, with the layout of AVC. */
    int HEVC_CODEC_ID = 12;

    /** A sequence header: {@code record} is the codec configuration record. */
    record Config(Codec codec, ByteBuffer record) implements VideoTagBody {}

    /**
     * An access unit.
     *
     * @param flaggedKey frame type 1 or 4: what the encoder claims, not what the NAL units say
     * @param disposable frame type 3
     * @param compositionTimeMs presentation minus decoding time, may be negative
     * @param data the access unit; for AVC and HEVC NAL units with length prefixes
     */
    record Frame(Codec codec, boolean flaggedKey, boolean disposable, int compositionTimeMs,
            ByteBuffer data) implements VideoTagBody {}

    /** End of sequence. */
    record End(Codec codec) implements VideoTagBody {}

    /**
     * How the frames that follow are to be shown: AMF0 pairs, of which {@code colorInfo} (HDR) is defined.
     *
     * @param codec as the message has it; FFmpeg 8 says it of the wrong track
     */
    record Metadata(Codec codec, ByteBuffer amf) implements VideoTagBody {}

    /** A video info or command frame (frame type 5), or a message of no bytes, as cameras send them: nothing to show. */
    record Command() implements VideoTagBody {}

    /**
     * What remains of {@code body} says of its main track; leaves its position alone.
     *
     * @throws io.millrace.media.bytes.MediaException malformed, or a codec or packet type that we do not know
     */
    static VideoTagBody parse(ByteBuffer body) {
        return parseTracks(body).main().body();
    }

    /** The same, of each of its tracks. */
    static TagTracks<VideoTagBody> parseTracks(ByteBuffer body) {
        return parseTracks(body, TagTracks.MAX_MOD_EX);
    }

    /** The same of a message that may have so many {@code modifiers} (ModEx), up to {@link TagTracks#MAX_MOD_EX}. */
    static TagTracks<VideoTagBody> parseTracks(ByteBuffer body, int modifiers) {
        if (!body.hasRemaining()) {
            return TagTracks.of(new Command());
        }
        var in = new ByteReader("VIDEODATA", body.duplicate());
        int head = in.uint8("FrameType");
        int frameType = head >>> 4 & 7;
        return (head & 0x80) == 0
                ? TagTracks.of(VideoTagReader.legacy(in, head, frameType))
                : VideoTagReader.enhanced(in, head & 0x0F, frameType, modifiers);
    }
}
