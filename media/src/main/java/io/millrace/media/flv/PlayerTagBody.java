package io.millrace.media.flv;

import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Turns the body of a message into what FLV players take, mpegts.js first of all: the default track alone, without
 * modifiers, H.264, AAC and MP3 with their legacy headers, and nothing that is no frame and no sequence header.
 *
 * <p>Pure. A body that is fine as it is is handed back and not copied.
 *
 * <p>mpegts.js 1.8 stops at Metadata, Multitrack, ModEx, {@code avc1} and {@code mp4a} in enhanced headers, and at MP3 of
 * 8 kHz.
 */
public final class PlayerTagBody {
    private static final int DEFAULT_TRACK = 0;
    private static final int VIDEO_PACKET_TYPE = 0x0F;

    private PlayerTagBody() {}

    /**
     * The video body for players, empty if there is nothing for them in it.
     *
     * @throws io.millrace.media.bytes.MediaException malformed, or a codec or packet type that we do not know
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

    /** The same for audio; what describes the loudspeakers is left out. */
    public static Optional<ByteBuffer> audio(ByteBuffer body) {
        return AudioTagBody.parseTracks(body).tracks().stream().filter(t -> t.id() == DEFAULT_TRACK).findFirst()
                .flatMap(track -> switch (track.body()) {
                    // MP3 has no sequence header in FLV; one that says nothing is not for players.
                    case AudioTagBody.Config(Codec codec, _) when codec == Codec.MP3 -> Optional.empty();
                    case AudioTagBody.Config(Codec codec, _) -> Optional.of(audio(body, codec, track.body()));
                    case AudioTagBody.Frame(Codec codec, _) -> Optional.of(audio(body, codec, track.body()));
                    case AudioTagBody.MultichannelConfig _,AudioTagBody.Silence _ -> Optional.empty();
                });
    }

    private static ByteBuffer video(ByteBuffer body, Codec codec, VideoTagBody parsed) {
        int head = body.get(body.position());
        boolean enhanced = (head & 0x80) != 0;
        int packetType = head & VIDEO_PACKET_TYPE;
        // Without composition times CodedFramesX is the same as CodedFrames, and mpegts.js knows only this one then.
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
            case AudioTagBody.MP3_8K_FORMAT -> false; // the frame says its rate, and mpegts.js knows one format of MP3
            default -> true;
        };
        return fine ? body : TagBodyWriter.write(parsed);
    }
}
