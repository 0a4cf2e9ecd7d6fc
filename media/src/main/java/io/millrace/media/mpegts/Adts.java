package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.bytes.UnsupportedException;
import io.millrace.media.codec.AacConfig;
import java.nio.ByteBuffer;

/**
 * Writes a 7-byte ADTS header without CRC before each raw AAC access unit (ISO/IEC 14496-3, 1.A.3.2).
 *
 * <p>Layout: {@code FFF:12 | MPEG-4, layer 0, no CRC: 0001 | profile:2 | rate index:4 | private:1 | channels:3 | 0000 |
 * length with header:13 | fullness 7FF:11 | blocks - 1: 00}. Immutable. SBR and PS are not signalled; players detect
 * them.
 */
final class Adts implements AudioFraming {
    static final int HEADER_BYTES = 7;
    /** Maximum size of an access unit, given the 13-bit length field. */
    private static final int DATA_LIMIT_BYTES = 8191 - HEADER_BYTES;

    private static final PmtTrack TRACK = new PmtTrack(TsProgram.STREAM_TYPE_AAC_ADTS, PesHeader.AUDIO_STREAM_ID,
            PmtTrack.NONE);
    private static final String STRUCTURE = "ADTS";
    private static final int[] RATES = {96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000,
        11_025, 8_000, 7_350};

    private final int profile;
    private final int rateIndex;
    private final int channels;

    /**
     * @throws UnsupportedException if ADTS cannot express the configuration: a sample rate that is not in the table, a
     *     program config element, or 960 samples per frame
     */
    Adts(AacConfig config) {
        profile = config.coreObjectType() - 1;
        rateIndex = rateIndex(config.coreSampleRate());
        channels = config.channelConfiguration();
        if (channels < 1 || channels > 7) {
            throw new UnsupportedException(STRUCTURE, "channel_configuration", channels, "1 to 7");
        }
        if (config.samplesPerFrame() != 1024) {
            throw new UnsupportedException(STRUCTURE, "samplesPerFrame", config.samplesPerFrame(), "1024");
        }
    }

    private static int rateIndex(int rate) {
        for (int i = 0; i < RATES.length; i++) {
            if (RATES[i] == rate) {
                return i;
            }
        }
        throw new UnsupportedException(STRUCTURE, "sampling_frequency_index", rate, "the 13 rates of the table");
    }

    @Override
    public PmtTrack track() {
        return TRACK;
    }

    @Override
    public int headerBytes() {
        return HEADER_BYTES;
    }

    @Override
    public int dataLimitBytes() {
        return DATA_LIMIT_BYTES;
    }

    @Override
    public void write(ByteWriter out, ByteBuffer accessUnit) {
        int length = accessUnit.remaining() + HEADER_BYTES;
        out.uint16(0xFFF1).uint8(profile << 6 | rateIndex << 2 | channels >>> 2)
                .uint8((channels & 3) << 6 | length >>> 11).uint8(length >>> 3).uint8(length << 5 | 0x1F).uint8(0xFC)
                .bytes(accessUnit);
    }
}
