package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;

/**
 * A cursor over the NAL units of one H.264 access unit with length prefixes (ISO/IEC 14496-15, 5.2.3), as FLV, RTMP and
 * MP4 carry it: {@code {length of 1, 2 or 4 bytes, NAL unit}*}.
 *
 * <p>Copies nothing and leaves the given buffer's position alone. Confined to one thread. Limits:
 * {@link #MAX_UNITS} units, each of 1 byte up to what is left of the access unit.
 */
public final class NalUnits {
    public static final int SLICE = 1;
    public static final int IDR = 5;
    public static final int SEI = 6;
    public static final int SPS = 7;
    public static final int PPS = 8;
    public static final int ACCESS_UNIT_DELIMITER = 9;
    public static final int FILLER = 12;
    /** Units of one access unit; a 4K picture with a slice for each macroblock row has about 140. */
    public static final int MAX_UNITS = 2048;

    private static final String STRUCTURE = "NALUnits";

    private final ByteBuffer accessUnit;
    private final int nalLengthSize;
    private final int most;
    private int next;
    private int offset;
    private int size;
    private int count;

    /**
     * @param accessUnit what remains of it
     * @param nalLengthSize 1, 2 or 4, by the configuration record
     */
    public NalUnits(ByteBuffer accessUnit, int nalLengthSize) {
        this(accessUnit, nalLengthSize, MAX_UNITS);
    }

    /** @param most units of it */
    NalUnits(ByteBuffer accessUnit, int nalLengthSize, int most) {
        if (nalLengthSize != 1 && nalLengthSize != 2 && nalLengthSize != 4) {
            throw new IllegalArgumentException("nalLengthSize " + nalLengthSize);
        }
        this.accessUnit = accessUnit;
        this.nalLengthSize = nalLengthSize;
        this.most = most;
        this.next = accessUnit.position();
    }

    /**
     * Steps to the next unit; false behind the last one.
     *
     * @throws io.millrace.media.bytes.MediaException a length that does not fit, or too many units
     */
    public boolean next() {
        int left = accessUnit.limit() - next;
        if (left == 0) {
            return false;
        }
        if (left < nalLengthSize) {
            throw MalformedException.truncated(STRUCTURE, "NALUnitLength", nalLengthSize, left);
        }
        if (++count > most) {
            throw new OverLimitException(STRUCTURE, "count", count, most);
        }
        long length = length();
        if (length == 0 || length > left - nalLengthSize) {
            throw MalformedException.value(STRUCTURE, "NALUnitLength", length, "1 to " + (left - nalLengthSize));
        }
        offset = next + nalLengthSize;
        size = (int) length;
        next = offset + size;
        return true;
    }

    private long length() {
        long length = 0;
        for (int i = 0; i < nalLengthSize; i++) {
            length = length << 8 | accessUnit.get(next + i) & 0xFF;
        }
        return length;
    }

    /** nal_unit_type of the current unit, 0 to 31. */
    public int type() {
        return accessUnit.get(offset) & 0x1F;
    }

    /** Where the current unit (its header byte) begins, as an absolute index into the access unit's buffer. */
    public int offset() {
        return offset;
    }

    public int sizeBytes() {
        return size;
    }

    /** The current unit with its header byte, without its length; shares the access unit's memory. */
    public ByteBuffer unit() {
        return accessUnit.slice(offset, size);
    }

    /** Whether the current unit is an SEI with a recovery point message (H.264 D.1.8): an open GOP, intra refresh. */
    public boolean isRecoveryPoint() {
        return type() == SEI && SeiMessages.contains(unit(), SeiMessages.RECOVERY_POINT);
    }

    /** Whether a decoder can start here. Walks the whole access unit, so that a malformed one never passes. */
    public static boolean containsIdr(ByteBuffer accessUnit, int nalLengthSize) {
        return containsIdr(accessUnit, nalLengthSize, MAX_UNITS);
    }

    /** The same of an access unit that may have {@code most} units, up to {@link #MAX_UNITS}. */
    public static boolean containsIdr(ByteBuffer accessUnit, int nalLengthSize, int most) {
        var units = new NalUnits(accessUnit, nalLengthSize, most);
        boolean found = false;
        while (units.next()) {
            found |= units.type() == IDR;
        }
        return found;
    }

    /** Whether a decoder can start here and be right some frames later. Walks the whole access unit. */
    public static boolean hasRecoveryPoint(ByteBuffer accessUnit, int nalLengthSize) {
        var units = new NalUnits(accessUnit, nalLengthSize);
        boolean found = false;
        while (units.next()) {
            found |= units.isRecoveryPoint();
        }
        return found;
    }
}
