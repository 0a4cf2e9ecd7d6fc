package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.UnsupportedException;
import java.nio.ByteBuffer;

/**
 * E-AC-3 configuration (ETSI TS 102 366, annex E). E-AC-3 has no sequence header, so the record is derived from a
 * syncframe (E.1.2): the EC3SpecificBox of an MP4 file (F.6) with one independent substream.
 *
 * <p>Layout of the record: {@code dataRate:13 (independent - 1):3 | fscod:2 bsid:5 0:2 bsmod:3 acmod:3 lfeon:1 0:3
 * dependent:4 0:1}. Immutable.
 *
 * @param record five bytes, read-only
 */
public record Eac3Config(ByteBuffer record, int sampleRate, int channels) implements AudioConfig {
    private static final String STRUCTURE = "EC3SpecificBox";
    private static final String SYNCFRAME = "E-AC-3 syncframe";
    private static final int BLOCK_SAMPLES = 256;
    private static final int[] BLOCKS = {1, 2, 3, 6};
    private static final int DEPENDENT = 1;

    /**
     * Head of a syncframe: {@code 0B77 | strmtyp:2 substreamid:3 frmsiz:11 | fscod:2 numblkscod:2 acmod:3 lfeon:1 |
     * bsid:5 …}.
     */
    private record Head(int streamType, int substream, int sizeBytes, int fscod, int blocks, int acmod, boolean lfe,
            int bsid) {
        static Head parse(ByteBuffer frame) {
            var in = new BitReader(SYNCFRAME, Ac3Config.head(frame));
            Ac3Config.checkSync(in.bits(16, "syncword"));
            int type = in.bits(2, "strmtyp");
            int substream = in.bits(3, "substreamid");
            int sizeBytes = (in.bits(11, "frmsiz") + 1) * 2;
            int fscod = in.bits(2, "fscod");
            int blocks = BLOCKS[in.bits(2, "numblkscod")];
            int acmod = in.bits(3, "acmod");
            boolean lfe = in.flag("lfeon");
            return new Head(type, substream, sizeBytes, fscod, blocks, acmod, lfe, in.bits(5, "bsid"));
        }
    }

    public static Eac3Config parse(ByteBuffer record) {
        var in = new BitReader(STRUCTURE, Ac3Config.bytes(CodecConfig.copy(STRUCTURE, record)));
        int dataRate = in.bits(13, "data_rate");
        in.skip(3, "num_ind_sub");
        int fscod = in.bits(2, "fscod");
        int bsid = in.bits(5, "bsid");
        in.skip(5, "bsmod");
        return of(dataRate, fscod, bsid, in.bits(3, "acmod"), in.flag("lfeon"));
    }

    /**
     * Derives the configuration from the first syncframe of an access unit. Its data rate and channels leave out
     * dependent substreams, of which the record has none.
     */
    public static Eac3Config ofFrame(ByteBuffer frame) {
        Head head = Head.parse(frame);
        long bitsASecond = head.sizeBytes * 8L * Ac3Config.rate(head.fscod) / (head.blocks * BLOCK_SAMPLES);
        return of((int) (bitsASecond / 1_000), head.fscod, head.bsid, head.acmod, head.lfe);
    }

    private static Eac3Config of(int dataRate, int fscod, int bsid, int acmod, boolean lfe) {
        if (bsid < 11 || bsid > 16) {
            throw new UnsupportedException(STRUCTURE, "bsid", bsid, "11 to 16 (E-AC-3)");
        }
        int rate = Ac3Config.rate(fscod);
        int bits = fscod << 22 | bsid << 17 | acmod << 9 | (lfe ? 1 : 0) << 8;
        ByteBuffer record = ByteBuffer.allocate(5).putShort((short) (dataRate << 3)).put((byte) (bits >>> 16))
                .putShort((short) bits).flip();
        return new Eac3Config(record.asReadOnlyBuffer(), rate, Ac3Config.channels(acmod, lfe));
    }

    /**
     * An access unit may contain several syncframes; its duration is that of the syncframes of the first independent
     * substream.
     */
    @Override
    public int frameSamples(ByteBuffer frame) {
        int samples = 0;
        ByteBuffer left = frame.duplicate();
        while (left.hasRemaining()) {
            Head head = Head.parse(left);
            if (head.sizeBytes > left.remaining()) {
                throw MalformedException.truncated(SYNCFRAME, "frmsiz", head.sizeBytes, left.remaining());
            }
            samples += head.streamType != DEPENDENT && head.substream == 0 ? head.blocks * BLOCK_SAMPLES : 0;
            left.position(left.position() + head.sizeBytes);
        }
        return samples;
    }

    @Override
    public ByteBuffer record() {
        return record.duplicate();
    }

    @Override
    public Codec codec() {
        return Codec.EAC3;
    }

    @Override
    public String rfc6381() {
        return "ec-3";
    }
}
