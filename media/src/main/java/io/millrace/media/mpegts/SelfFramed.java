package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.Mp3Config;
import java.nio.ByteBuffer;

/**
 * Framing of codecs whose frames contain their own headers and are written unchanged: MP3 (ISO/IEC 13818-1, 2.4.3.7),
 * AC-3 and E-AC-3 (ATSC A/52, annexes A and G).
 *
 * <p>Immutable. The stream types of AC-3 and E-AC-3 are those of ATSC, which hls.js and Apple's players require; DVB
 * uses 06 with descriptors of its own (ETSI EN 300 468, annex D).
 */
record SelfFramed(PmtTrack track) implements AudioFraming {
    static final SelfFramed AC3 = new SelfFramed(
            new PmtTrack(TsProgram.STREAM_TYPE_AC3, PesHeader.PRIVATE_STREAM_ID, "AC-3"));
    static final SelfFramed EAC3 = new SelfFramed(
            new PmtTrack(TsProgram.STREAM_TYPE_EAC3, PesHeader.PRIVATE_STREAM_ID, "EAC3"));
    /** More than 40 frames of MP3 at 320 kbit/s in one message, and well below the 16-bit length of a PES packet. */
    private static final int DATA_LIMIT_BYTES = 60_000;

    static SelfFramed mp3(Mp3Config config) {
        int type = config.isMpeg1() ? TsProgram.STREAM_TYPE_MPEG1_AUDIO : TsProgram.STREAM_TYPE_MPEG2_AUDIO;
        return new SelfFramed(new PmtTrack(type, PesHeader.AUDIO_STREAM_ID, PmtTrack.NONE));
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
