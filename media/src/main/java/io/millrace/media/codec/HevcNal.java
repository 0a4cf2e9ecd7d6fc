package io.millrace.media.codec;

import java.nio.ByteBuffer;

/** NAL units of H.265 (ITU-T H.265, 7.3.1.2), which have a two-byte header: {@code 0:1 type:6 layer:6 temporalId:3}. */
public final class HevcNal {
    public static final int VPS = 32;
    public static final int SPS = 33;
    public static final int PPS = 34;

    static final int HEADER_BYTES = 2;
    /** First of the NAL unit types of BLA, IDR and CRA pictures. */
    private static final int FIRST_IRAP = 16;
    private static final int LAST_IRAP = 21;

    private HevcNal() {}

    /** Returns nal_unit_type, 0 to 63, from the first byte of the header. */
    public static int type(byte header) {
        return header >>> 1 & 0x3F;
    }

    /**
     * Returns whether a decoder can start here. Parses the whole access unit, so malformed ones are always detected.
     */
    public static boolean containsIrap(ByteBuffer accessUnit, int nalLengthSize) {
        return containsIrap(accessUnit, nalLengthSize, NalUnits.MAX_UNITS);
    }

    /** The same with at most {@code most} NAL units, itself at most {@link NalUnits#MAX_UNITS}. */
    public static boolean containsIrap(ByteBuffer accessUnit, int nalLengthSize, int most) {
        var units = new NalUnits(accessUnit, nalLengthSize, most);
        boolean found = false;
        while (units.next()) {
            int type = type(accessUnit.get(units.offset()));
            found |= type >= FIRST_IRAP && type <= LAST_IRAP;
        }
        return found;
    }
}
