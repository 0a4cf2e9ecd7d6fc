package io.millrace.media.codec;

import java.nio.ByteBuffer;

/** NAL units of H.265 (ITU-T H.265, 7.3.1.2): a header of two bytes, {@code 0:1 type:6 layer:6 temporalId:3}. */
public final class HevcNal {
    public static final int VPS = 32;
    public static final int SPS = 33;
    public static final int PPS = 34;

    static final int HEADER_BYTES = 2;
    /** BLA, IDR and CRA pictures. */
    private static final int FIRST_IRAP = 16;
    private static final int LAST_IRAP = 21;

    private HevcNal() {}

    /** nal_unit_type by the first byte of the header, 0 to 63. */
    public static int type(byte header) {
        return header >>> 1 & 0x3F;
    }

    /** Whether a decoder can start here. Walks the whole access unit, so that a malformed one never passes. */
    public static boolean containsIrap(ByteBuffer accessUnit, int nalLengthSize) {
        return containsIrap(accessUnit, nalLengthSize, NalUnits.MAX_UNITS);
    }

    /** The same of an access unit that may have {@code most} units, up to {@link NalUnits#MAX_UNITS}. */
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
