package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import io.millrace.media.codec.AvcConfig;
import io.millrace.media.codec.NalUnits;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Converts H.264 access units with length prefixes to the Annex B byte stream of transport streams: access unit
 * delimiter, parameter sets, other NAL units, each after a four-byte start code.
 *
 * <p>Immutable. An access unit delimiter in the input is replaced, and filler is dropped.
 */
final class AnnexB {
    private static final int START_CODE = 1;
    private static final int START_CODE_BYTES = 4;
    /** primary_pic_type 7: any slice. */
    private static final int DELIMITER = 0x09F0;

    private final AvcConfig config;

    AnnexB(AvcConfig config) {
        this.config = config;
    }

    /** The NAL unit types found in an access unit. */
    record Contents(boolean picture, boolean idr, boolean ownSps, boolean ownPps) {}

    /** Returns which types of NAL units an access unit contains. The position of {@code accessUnit} does not change. */
    Contents inspect(ByteBuffer accessUnit) {
        boolean picture = false;
        boolean idr = false;
        boolean sps = false;
        boolean pps = false;
        NalUnits units = new NalUnits(accessUnit, config.nalLengthSize());
        while (units.next()) {
            int type = units.type();
            picture |= type >= NalUnits.SLICE && type <= NalUnits.IDR;
            idr |= type == NalUnits.IDR;
            sps |= type == NalUnits.SPS;
            pps |= type == NalUnits.PPS;
        }
        return new Contents(picture, idr, sps, pps);
    }

    /**
     * Writes one access unit.
     *
     * @param parameterSets whether to write SPS and PPS before the picture: those of the access unit, or else those of
     *     the configuration
     */
    void write(ByteWriter out, ByteBuffer accessUnit, Contents contents, boolean parameterSets) {
        out.uint32(START_CODE).uint16(DELIMITER);
        if (parameterSets) {
            sets(out, accessUnit, NalUnits.SPS, contents.ownSps(), config.sps());
            sets(out, accessUnit, NalUnits.PPS, contents.ownPps(), config.pps());
        }
        NalUnits units = new NalUnits(accessUnit, config.nalLengthSize());
        while (units.next()) {
            int type = units.type();
            boolean written = parameterSets && (type == NalUnits.SPS || type == NalUnits.PPS);
            if (!written && type != NalUnits.ACCESS_UNIT_DELIMITER && type != NalUnits.FILLER) {
                unit(out, units.unit());
            }
        }
    }

    private void sets(ByteWriter out, ByteBuffer accessUnit, int type, boolean own, List<ByteBuffer> configured) {
        if (!own) {
            configured.forEach(set -> unit(out, set));
            return;
        }
        NalUnits units = new NalUnits(accessUnit, config.nalLengthSize());
        while (units.next()) {
            if (units.type() == type) {
                unit(out, units.unit());
            }
        }
    }

    /**
     * Writes a filler NAL unit that belongs to the preceding access unit; it is legal after a picture and decoders
     * discard it.
     *
     * @param bytes size of the NAL unit with its start code, at least 6
     */
    static void writeFiller(ByteWriter out, int bytes) {
        out.uint32(START_CODE).uint8(NalUnits.FILLER).fill(0xFF, bytes - START_CODE_BYTES - 2).uint8(0x80);
    }

    private static void unit(ByteWriter out, ByteBuffer unit) {
        out.uint32(START_CODE).bytes(unit);
    }
}
