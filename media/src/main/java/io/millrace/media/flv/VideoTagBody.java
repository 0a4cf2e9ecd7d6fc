package io.millrace.media.flv;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * One track of an FLV video tag body, which is also the payload of an RTMP video message (Adobe FLV 10.1, E.4.3;
 * Enhanced RTMP v2, "Enhanced Video"). Legacy and enhanced headers are parsed to the same values.
 *
 * <p>Layout: {@code frameType:4 | codecId:4 | packet of the codec}, or {@code 1 | frameType:3 | packetType:4 |}
 * followed by an {@link ExHeader}.
 *
 * <p>Immutable; buffers share the memory of the body.
 */
public sealed interface VideoTagBody {
    /** CodecID of H.264. */
    int AVC_CODEC_ID = 7;
    /** CodecID that Chinese CDNs and mpegts.js use for HEVC: unofficial, with the layout of AVC. */
    int HEVC_CODEC_ID = 12;

    /** A sequence header; {@code record} is the codec configuration record. */
    record Config(Codec codec, ByteBuffer record) implements VideoTagBody {}

    /**
     * An access unit.
     *
     * @param flaggedKey frame type 1 or 4: what the encoder claims, regardless of the NAL units
     * @param disposable frame type 3
     * @param compositionTimeMs presentation time minus decoding time, may be negative
     * @param data the access unit; for AVC and HEVC, NAL units with length prefixes
     */
    record Frame(Codec codec, boolean flaggedKey, boolean disposable, int compositionTimeMs,
            ByteBuffer data) implements VideoTagBody {}

    /** End of sequence. */
    record End(Codec codec) implements VideoTagBody {}

    /**
     * Display metadata for the frames that follow: AMF0 pairs, of which {@code colorInfo} (HDR) is defined.
     *
     * @param codec the codec in the message; FFmpeg 8 sends that of the wrong track
     */
    record Metadata(Codec codec, ByteBuffer amf) implements VideoTagBody {}

    /**
     * A video info or command frame (frame type 5), or an empty message as sent by some cameras: nothing to display.
     */
    record Command() implements VideoTagBody {}

    /**
     * Parses the main track of {@code body}. The position of {@code body} does not change.
     *
     * @throws io.millrace.media.bytes.MediaException if the body is malformed or its codec or packet type is not
     *     supported
     */
    static VideoTagBody parse(ByteBuffer body) {
        return parseTracks(body).main().body();
    }

    /** Parses all tracks of {@code body}. */
    static TagTracks<VideoTagBody> parseTracks(ByteBuffer body) {
        return parseTracks(body, TagTracks.MAX_MOD_EX);
    }

    /** Returns whether the frame type of a body that is not empty is that of a keyframe, sent or generated. */
    static boolean isFlaggedKey(ByteBuffer body) {
        return VideoTagReader.isKey(body.get(body.position()) >>> 4 & 7);
    }

    /**
     * Parses all tracks of a message with at most {@code modifiers} ModEx modifiers, itself at most
     * {@link TagTracks#MAX_MOD_EX}.
     */
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
