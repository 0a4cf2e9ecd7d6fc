package io.millrace.media.flv;

import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * Writes the body of an FLV tag with the header that most players understand: the legacy header if the codec has one
 * (AVC is codec 7, AAC format 10, MP3 format 2), otherwise that of Enhanced RTMP v1.
 *
 * <p>Stateless. {@link VideoTagBody} and {@link AudioTagBody} document the layouts.
 */
public final class TagBodyWriter {
    private static final int LEGACY_HEADER_BYTES = 5;
    private static final int EX_HEADER_BYTES = 5;
    private static final int COMPOSITION_TIME_BYTES = 3;
    private static final int KEY_FRAME = 1;
    private static final int INTER_FRAME = 2;
    private static final int DISPOSABLE_FRAME = 3;
    private static final int COMMAND_FRAME = 5;
    // Packet types of AVC, which Enhanced RTMP uses for the same purposes; those of AAC are the first two.
    private static final int SEQUENCE_HEADER = 0;
    private static final int CODED_FRAMES = 1;
    private static final int END_OF_SEQUENCE = 2;
    /** The bit that marks the video header of Enhanced RTMP. */
    private static final int EX_HEADER = 0x80;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    /** 44 kHz, 16 bit, stereo: required for AAC regardless of the actual audio format (Adobe FLV 10.1, E.4.2.1). */
    private static final int SOUND = 0x0F;

    private TagBodyWriter() {}

    /** Returns a new buffer with the tag body of one video track. */
    public static ByteBuffer write(VideoTagBody body) {
        return switch (body) {
            case VideoTagBody.Config(Codec codec, ByteBuffer record) -> video(codec, KEY_FRAME, SEQUENCE_HEADER, 0,
                    record);
            case VideoTagBody.Frame frame -> video(frame.codec(), frameType(frame), CODED_FRAMES,
                    frame.compositionTimeMs(), frame.data());
            case VideoTagBody.End(Codec codec) -> video(codec, KEY_FRAME, END_OF_SEQUENCE, 0, NOTHING);
            case VideoTagBody.Metadata(Codec codec, ByteBuffer amf) ->
                exVideo(codec, COMMAND_FRAME, VideoTagReader.METADATA, 0, amf);
            case VideoTagBody.Command() -> ByteBuffer.wrap(
                    new byte[]{COMMAND_FRAME << 4 | VideoTagBody.AVC_CODEC_ID, 0});
        };
    }

    /** Returns a new buffer with the tag body of one audio track. */
    public static ByteBuffer write(AudioTagBody body) {
        return switch (body) {
            case AudioTagBody.Config(Codec codec, ByteBuffer record) -> codec == Codec.AAC
                    ? audio(AudioTagBody.AAC_FORMAT, SEQUENCE_HEADER, record)
                    : exAudio(codec, AudioTagReader.SEQUENCE_START, record);
            case AudioTagBody.Frame(Codec codec, ByteBuffer data) -> switch (codec) {
                case AAC -> audio(AudioTagBody.AAC_FORMAT, CODED_FRAMES, data);
                case MP3 -> mp3(data);
                case OPUS, FLAC, AC3, EAC3, AVC, HEVC, AV1, VP9 -> exAudio(codec, AudioTagReader.CODED_FRAMES, data);
            };
            case AudioTagBody.MultichannelConfig(Codec codec, ByteBuffer layout) ->
                exAudio(codec, AudioTagReader.MULTICHANNEL_CONFIG, layout);
            case AudioTagBody.Silence() -> ByteBuffer.allocate(0);
        };
    }

    private static int frameType(VideoTagBody.Frame frame) {
        if (frame.flaggedKey()) {
            return KEY_FRAME;
        }
        return frame.disposable() ? DISPOSABLE_FRAME : INTER_FRAME;
    }

    private static ByteBuffer video(Codec codec, int frameType, int packetType, int compositionTimeMs,
            ByteBuffer data) {
        // The field has 24 bits, signed.
        if (compositionTimeMs << 8 >> 8 != compositionTimeMs) {
            throw new IllegalArgumentException("a composition time of " + compositionTimeMs + " ms is out of range");
        }
        if (codec != Codec.AVC) {
            return exVideo(codec, frameType, packetType, compositionTimeMs, data);
        }
        return ByteBuffer.allocate(LEGACY_HEADER_BYTES + data.remaining())
                .put((byte) (frameType << 4 | VideoTagBody.AVC_CODEC_ID))
                .putInt(packetType << 24 | compositionTimeMs & 0xFF_FFFF).put(data.duplicate()).flip();
    }

    private static ByteBuffer exVideo(Codec codec, int frameType, int packetType, int compositionTimeMs,
            ByteBuffer data) {
        boolean withTime = packetType == VideoTagReader.CODED_FRAMES && VideoTagReader.hasCompositionTime(codec);
        ByteBuffer out = ByteBuffer.allocate(EX_HEADER_BYTES + COMPOSITION_TIME_BYTES + data.remaining())
                .put((byte) (EX_HEADER | frameType << 4 | packetType)).putInt(FourCc.of(codec).code());
        if (withTime) {
            out.put((byte) (compositionTimeMs >>> 16)).putShort((short) compositionTimeMs);
        }
        return out.put(data.duplicate()).flip();
    }

    private static ByteBuffer audio(int format, int packetType, ByteBuffer data) {
        return ByteBuffer.allocate(2 + data.remaining()).put((byte) (format << 4 | SOUND)).put((byte) packetType)
                .put(data.duplicate()).flip();
    }

    private static ByteBuffer mp3(ByteBuffer data) {
        return ByteBuffer.allocate(1 + data.remaining()).put((byte) (AudioTagBody.MP3_FORMAT << 4 | SOUND))
                .put(data.duplicate()).flip();
    }

    private static ByteBuffer exAudio(Codec codec, int packetType, ByteBuffer data) {
        return ByteBuffer.allocate(EX_HEADER_BYTES + data.remaining())
                .put((byte) (AudioTagBody.EX_HEADER_FORMAT << 4 | packetType)).putInt(FourCc.of(codec).code())
                .put(data.duplicate()).flip();
    }
}
