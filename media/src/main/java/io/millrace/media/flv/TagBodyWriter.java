package io.millrace.media.flv;

import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.Codec;
import java.nio.ByteBuffer;

/**
 * Writes FLV tag bodies with the legacy headers that every player knows: AVC is codec 7, AAC format 10.
 *
 * <p>Has no state. Layouts in {@link VideoTagBody} and {@link AudioTagBody}.
 */
public final class TagBodyWriter {
    private static final int VIDEO_HEADER_BYTES = 5;
    private static final int KEY_FRAME = 1;
    private static final int INTER_FRAME = 2;
    private static final int DISPOSABLE_FRAME = 3;
    private static final int COMMAND_FRAME = 5;
    /** 44 kHz, 16 bit, stereo: what the standard wants for AAC whatever the sound is (E.4.2.1). */
    private static final int AAC_HEAD = AudioTagBody.AAC_FORMAT << 4 | 0x0F;

    private TagBodyWriter() {}

    /** @throws UnsupportedException a codec without a legacy header */
    public static ByteBuffer write(VideoTagBody body) {
        return switch (body) {
            case VideoTagBody.Config(Codec codec, ByteBuffer record) -> video(codec, KEY_FRAME, 0, 0, record);
            case VideoTagBody.Frame frame -> video(frame.codec(), frameType(frame), 1, frame.compositionTimeMs(),
                    frame.data());
            case VideoTagBody.End(Codec codec) -> video(codec, KEY_FRAME, 2, 0, ByteBuffer.allocate(0));
            case VideoTagBody.Command() -> ByteBuffer.wrap(
                    new byte[]{COMMAND_FRAME << 4 | VideoTagBody.AVC_CODEC_ID, 0});
        };
    }

    /** @throws UnsupportedException a codec without a legacy header */
    public static ByteBuffer write(AudioTagBody body) {
        return switch (body) {
            case AudioTagBody.Config(Codec codec, ByteBuffer record) -> audio(codec, 0, record);
            case AudioTagBody.Frame(Codec codec, ByteBuffer data) -> audio(codec, 1, data);
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
        if (codec != Codec.AVC) {
            throw new UnsupportedException("VIDEODATA", "CodecID", codec, "AVC");
        }
        if (compositionTimeMs << 8 >> 8 != compositionTimeMs) {
            throw new IllegalArgumentException("a composition time of " + compositionTimeMs + " ms");
        }
        return ByteBuffer.allocate(VIDEO_HEADER_BYTES + data.remaining())
                .put((byte) (frameType << 4 | VideoTagBody.AVC_CODEC_ID))
                .putInt(packetType << 24 | compositionTimeMs & 0xFF_FFFF).put(data.duplicate()).flip();
    }

    private static ByteBuffer audio(Codec codec, int packetType, ByteBuffer data) {
        if (codec != Codec.AAC) {
            throw new UnsupportedException("AUDIODATA", "SoundFormat", codec, "AAC");
        }
        return ByteBuffer.allocate(2 + data.remaining()).put((byte) AAC_HEAD).put((byte) packetType)
                .put(data.duplicate()).flip();
    }
}
