package io.millrace.media.flv;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import java.util.List;

/** Reads a video tag after its first byte; {@link VideoTagBody} and {@link ExHeader} document the layouts. */
final class VideoTagReader {
    private static final String STRUCTURE = "VIDEODATA";
    private static final int KEY = 1;
    private static final int DISPOSABLE = 3;
    private static final int GENERATED_KEY = 4;
    private static final int COMMAND = 5;

    static final int SEQUENCE_START = 0;
    static final int CODED_FRAMES = 1;
    static final int SEQUENCE_END = 2;
    static final int CODED_FRAMES_X = 3;
    static final int METADATA = 4;
    private static final int MULTITRACK = 6;

    private VideoTagReader() {}

    static VideoTagBody legacy(ByteReader in, int head, int frameType) {
        checkFrameType(frameType);
        if (frameType == COMMAND) {
            return new VideoTagBody.Command();
        }
        return switch (head & 0x0F) {
            case VideoTagBody.AVC_CODEC_ID -> nalPacket(in, Codec.AVC, frameType);
            case VideoTagBody.HEVC_CODEC_ID -> nalPacket(in, Codec.HEVC, frameType);
            default -> throw new UnsupportedException(STRUCTURE, "CodecID", head & 0x0F, "7 (AVC), 12 (HEVC)");
        };
    }

    /** AVCVIDEOPACKET: {@code type:8 | compositionTime:s24 | data}. */
    private static VideoTagBody nalPacket(ByteReader in, Codec codec, int frameType) {
        int packetType = in.uint8("AVCPacketType");
        if (packetType == 2) {
            // Checked before the composition time is read: not every encoder sends one with an end of sequence.
            return new VideoTagBody.End(codec);
        }
        int compositionTimeMs = in.int24("CompositionTime");
        return switch (packetType) {
            case 0 -> new VideoTagBody.Config(codec, in.rest());
            case 1 -> frame(codec, frameType, compositionTimeMs, in);
            default -> throw new UnsupportedException(STRUCTURE, "AVCPacketType", packetType, "0 to 2");
        };
    }

    static TagTracks<VideoTagBody> enhanced(ByteReader in, int firstType, int frameType, int modifiers) {
        ExHeader.Prefix prefix = ExHeader.modifiers(in, firstType, modifiers);
        if (frameType == COMMAND && prefix.packetType() != METADATA) {
            return TagTracks.of(new VideoTagBody.Command());
        }
        ExHeader header = ExHeader.parse(in, prefix, MULTITRACK, true);
        if (header.packetType() != METADATA) {
            checkFrameType(frameType);
        }
        List<TagTracks.Track<VideoTagBody>> tracks = header.tracks().stream()
                .map(t -> new TagTracks.Track<>(t.track(), body(header.packetType(), frameType, t))).toList();
        return new TagTracks<>(header.offsetNanos(), tracks);
    }

    private static VideoTagBody body(int packetType, int frameType, ExHeader.TrackData track) {
        var in = new ByteReader(STRUCTURE, track.data().duplicate());
        Codec codec = track.codec();
        return switch (packetType) {
            case SEQUENCE_START -> new VideoTagBody.Config(codec, in.rest());
            case CODED_FRAMES -> frame(codec, frameType, hasCompositionTime(codec) ? in.int24("CompositionTime") : 0,
                    in);
            case SEQUENCE_END -> new VideoTagBody.End(codec);
            case CODED_FRAMES_X -> frame(codec, frameType, 0, in);
            case METADATA -> new VideoTagBody.Metadata(codec, in.rest());
            default -> throw new UnsupportedException(STRUCTURE, "VideoPacketType", packetType, "0 to 4, 6, 7");
        };
    }

    /**
     * Returns whether CodedFrames of the codec begin with a composition time. That is so only for codecs in which the
     * display order may differ from the decoding order.
     */
    static boolean hasCompositionTime(Codec codec) {
        return codec == Codec.AVC || codec == Codec.HEVC;
    }

    private static VideoTagBody.Frame frame(Codec codec, int frameType, int compositionTimeMs, ByteReader in) {
        return new VideoTagBody.Frame(codec, isKey(frameType), frameType == DISPOSABLE, compositionTimeMs, in.rest());
    }

    static boolean isKey(int frameType) {
        return frameType == KEY || frameType == GENERATED_KEY;
    }

    private static void checkFrameType(int frameType) {
        if (frameType < KEY || frameType > COMMAND) {
            throw new UnsupportedException(STRUCTURE, "FrameType", frameType, "1 to 5");
        }
    }
}
