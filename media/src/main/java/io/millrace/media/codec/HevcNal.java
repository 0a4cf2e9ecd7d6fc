package io.millrace.media.codec;

import java.nio.ByteBuffer;

/** NAL units of H.265 (ITU-T H.265, 7.3.1.2), which have a two-byte header: {@code 0:1 type:6 layer:6 temporalId:3}. */
public final class HevcNal {
    public static final int VPS = 32;
    public static final int SPS = 33;
    public static final int PPS = 34;

    public static final int ACCESS_UNIT_DELIMITER = 35;
    public static final int FILLER = 38;
    public static final int HEADER_BYTES = 2;

    /** The last NAL unit type of slices; the first is 0. */
    private static final int LAST_PICTURE = 31;
    /** First of the NAL unit types of BLA, IDR and CRA pictures. */
    private static final int FIRST_IRAP = 16;
    private static final int LAST_IRAP = 21;

    private HevcNal() {}

    /** Returns nal_unit_type, 0 to 63, from the first byte of the header. */
    public static int type(byte header) {
        return header >>> 1 & 0x3F;
    }

    /** Returns whether a NAL unit of {@code type} contains a slice. */
    public static boolean isPicture(int type) {
        return type <= LAST_PICTURE;
    }

    /** Returns whether a NAL unit of {@code type} contains a slice of a BLA, IDR or CRA picture. */
    public static boolean isIrap(int type) {
        return type >= FIRST_IRAP && type <= LAST_IRAP;
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
            found |= isIrap(type(accessUnit.get(units.offset())));
        }
        return found;
    }
}
