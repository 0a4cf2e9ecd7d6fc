package io.millrace.media.flv;

import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Converts tag bodies to those that FLV players accept, mpegts.js above all: only the default track, without modifiers,
 * with legacy headers for H.264, AAC and MP3, and only frames and sequence headers.
 *
 * <p>Pure. A body that needs no conversion is returned without a copy.
 *
 * <p>mpegts.js 1.8 stops at Metadata, Multitrack, ModEx, {@code avc1} and {@code mp4a} in enhanced headers, and at MP3
 * of 8 kHz.
 */
public final class PlayerTagBody {
    private static final int DEFAULT_TRACK = 0;
    private static final int VIDEO_PACKET_TYPE = 0x0F;

    private PlayerTagBody() {}

    /**
     * Returns the video body for players, or empty if it contains nothing for them.
     *
     * @throws io.millrace.media.bytes.MediaException if the body is malformed or its codec or packet type is not
     *     supported
     */
    public static Optional<ByteBuffer> video(ByteBuffer body) {
        return VideoTagBody.parseTracks(body).tracks().stream().filter(t -> t.id() == DEFAULT_TRACK).findFirst()
                .flatMap(track -> switch (track.body()) {
                    case VideoTagBody.Config(Codec codec, _) -> Optional.of(video(body, codec, track.body()));
                    case VideoTagBody.Frame frame -> Optional.of(video(body, frame.codec(), frame));
                    case VideoTagBody.End(Codec codec) -> Optional.of(video(body, codec, track.body()));
                    case VideoTagBody.Metadata _,VideoTagBody.Command _ -> Optional.empty();
                });
    }

    /**
     * Returns the audio body for players, or empty if it contains nothing for them, such as a loudspeaker layout.
     *
     * @throws io.millrace.media.bytes.MediaException if the body is malformed or its codec or packet type is not
     *     supported
     */
    public static Optional<ByteBuffer> audio(ByteBuffer body) {
        return AudioTagBody.parseTracks(body).tracks().stream().filter(t -> t.id() == DEFAULT_TRACK).findFirst()
                .flatMap(track -> switch (track.body()) {
                    // MP3 has no sequence header in FLV, so an empty one is not sent to players.
                    case AudioTagBody.Config(Codec codec, _) when codec == Codec.MP3 -> Optional.empty();
                    case AudioTagBody.Config(Codec codec, _) -> Optional.of(audio(body, codec, track.body()));
                    case AudioTagBody.Frame(Codec codec, _) -> Optional.of(audio(body, codec, track.body()));
                    case AudioTagBody.MultichannelConfig _,AudioTagBody.Silence _ -> Optional.empty();
                });
    }

    /**
     * Returns a video body for RTMP players, which recognize HEVC by its FourCC and not by the CodecID that some
     * encoders send. A body that needs no conversion is returned without a copy.
     */
    public static ByteBuffer underFourCc(ByteBuffer body) {
        boolean numbered = body.hasRemaining() && (body.get(body.position()) & 0x8F) == VideoTagBody.HEVC_CODEC_ID;
        return numbered ? TagBodyWriter.write(VideoTagBody.parse(body)) : body;
    }

    private static ByteBuffer video(ByteBuffer body, Codec codec, VideoTagBody parsed) {
        int head = body.get(body.position());
        boolean enhanced = (head & 0x80) != 0;
        int packetType = head & VIDEO_PACKET_TYPE;
        // For codecs without composition times CodedFramesX is equivalent to CodedFrames, the only one of the two that
        // mpegts.js accepts for them.
        boolean plain = packetType <= VideoTagReader.SEQUENCE_END
                || packetType == VideoTagReader.CODED_FRAMES_X && VideoTagReader.hasCompositionTime(codec);
        return !enhanced || plain && codec != Codec.AVC ? body : TagBodyWriter.write(parsed);
    }

    private static ByteBuffer audio(ByteBuffer body, Codec codec, AudioTagBody parsed) {
        int head = body.get(body.position()) & 0xFF;
        boolean hasLegacyHeader = codec == Codec.AAC || codec == Codec.MP3;
        boolean plain = (head & 0x0F) <= AudioTagReader.SEQUENCE_END;
        boolean fine = switch (head >>> 4) {
            case AudioTagBody.EX_HEADER_FORMAT -> plain && !hasLegacyHeader;
            case AudioTagBody.MP3_8K_FORMAT -> false; // the frame contains its rate, and mpegts.js knows only format 2
            default -> true;
        };
        return fine ? body : TagBodyWriter.write(parsed);
    }
}
