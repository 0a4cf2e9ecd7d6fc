package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;

/**
 * AC-3 configuration (ETSI TS 102 366). AC-3 has no sequence header, so the record is the AC3SpecificBox of an MP4 file
 * (F.4), derived from a syncframe (4.3).
 *
 * <p>Layout of the record: {@code fscod:2 bsid:5 bsmod:3 acmod:3 lfeon:1 bitRateCode:5 0:5}. Immutable.
 *
 * @param record three bytes, read-only
 */
public record Ac3Config(ByteBuffer record, int sampleRate, int channels) implements AudioConfig {
    private static final String STRUCTURE = "AC3SpecificBox";
    private static final int FRAME_SAMPLES = 1_536;
    private static final int MAX_BSID = 8;
    private static final int[] RATES = {48_000, 44_100, 32_000};
    /** Number of channels by acmod, without LFE. */
    private static final int[] CHANNELS = {2, 1, 2, 3, 3, 4, 4, 5};

    public static Ac3Config parse(ByteBuffer record) {
        var in = new BitReader(STRUCTURE, bytes(CodecConfig.copy(STRUCTURE, record)));
        int fscod = in.bits(2, "fscod");
        int bsid = in.bits(5, "bsid");
        int bsmod = in.bits(3, "bsmod");
        return of(fscod, bsid, bsmod, in.bits(3, "acmod"), in.flag("lfeon"), in.bits(5, "bit_rate_code"));
    }

    /**
     * Derives the configuration from a frame.
     *
     * @param frame a syncframe: {@code 0B77 | crc:16 | fscod:2 frmsizecod:6 | bsid:5 bsmod:3 | acmod:3 …}
     */
    public static Ac3Config ofFrame(ByteBuffer frame) {
        var in = new BitReader("AC-3 syncframe", head(frame));
        checkSync(in.bits(16, "syncword"));
        in.skip(16, "crc1");
        int fscod = in.bits(2, "fscod");
        int size = in.bits(6, "frmsizecod");
        int bsid = in.bits(5, "bsid");
        int bsmod = in.bits(3, "bsmod");
        int acmod = in.bits(3, "acmod");
        if ((acmod & 1) != 0 && acmod != 1) {
            in.skip(2, "cmixlev");
        }
        if ((acmod & 4) != 0) {
            in.skip(2, "surmixlev");
        }
        if (acmod == 2) {
            in.skip(2, "dsurmod");
        }
        return of(fscod, bsid, bsmod, acmod, in.flag("lfeon"), size >>> 1);
    }

    private static Ac3Config of(int fscod, int bsid, int bsmod, int acmod, boolean lfe, int bitRateCode) {
        if (bsid > MAX_BSID) {
            throw new UnsupportedException(STRUCTURE, "bsid", bsid, "0 to 8 (AC-3)");
        }
        int rate = rate(fscod);
        int bits = fscod << 22 | bsid << 17 | bsmod << 14 | acmod << 11 | (lfe ? 1 : 0) << 10 | (bitRateCode & 31) << 5;
        ByteBuffer record = ByteBuffer.allocate(3).put((byte) (bits >>> 16)).putShort((short) bits).flip();
        return new Ac3Config(record.asReadOnlyBuffer(), rate, channels(acmod, lfe));
    }

    static int rate(int fscod) {
        if (fscod == 3) {
            throw new UnsupportedException(STRUCTURE, "fscod", fscod, "0 to 2 (32 to 48 kHz)");
        }
        return RATES[fscod];
    }

    static int channels(int acmod, boolean lfe) {
        return CHANNELS[acmod] + (lfe ? 1 : 0);
    }

    static void checkSync(int syncword) {
        if (syncword != 0x0B77) {
            throw MalformedException.value("syncframe", "syncword", syncword, "2935");
        }
    }

    /** Returns the first 8 bytes, which contain all fields that are used, or fewer if the frame is shorter. */
    static byte[] head(ByteBuffer frame) {
        byte[] head = new byte[Math.min(8, frame.remaining())];
        frame.get(frame.position(), head);
        return head;
    }

    static byte[] bytes(ByteBuffer record) {
        byte[] bytes = new byte[record.remaining()];
        record.get(record.position(), bytes);
        return bytes;
    }

    @Override
    public int frameSamples(ByteBuffer frame) {
        return FRAME_SAMPLES;
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    @Override
    public Codec codec() {
        return Codec.AC3;
    }

    @Override
    public String rfc6381() {
        return "ac-3";
    }
}
