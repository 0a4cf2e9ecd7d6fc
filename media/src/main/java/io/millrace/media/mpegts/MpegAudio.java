package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.Mp3Config;
import java.nio.ByteBuffer;

/**
 * Framing of MP3: frames are written unchanged because each contains its own header (ISO/IEC 13818-1, 2.4.3.7).
 * Immutable.
 */
final class MpegAudio implements AudioFraming {
    /** More than 40 frames of 320 kbit/s in one message, and well below the 16-bit length of a PES packet. */
    private static final int DATA_LIMIT_BYTES = 60_000;

    private final int streamType;

    MpegAudio(Mp3Config config) {
        streamType = config.isMpeg1() ? TsProgram.STREAM_TYPE_MPEG1_AUDIO : TsProgram.STREAM_TYPE_MPEG2_AUDIO;
    }

    @Override
    public int streamType() {
        return streamType;
    }

    @Override
    public int headerBytes() {
        return 0;
    }

    @Override
    public int dataLimitBytes() {
        return DATA_LIMIT_BYTES;
    }

    @Override
    public void write(ByteWriter out, ByteBuffer frame) {
        out.bytes(frame);
    }
}
