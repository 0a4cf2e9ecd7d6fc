package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;

/**
 * Cursor over the NAL units of one H.264 access unit with length prefixes (ISO/IEC 14496-15, 5.2.3), as in FLV, RTMP
 * and MP4: {@code {length of 1, 2 or 4 bytes, NAL unit}*}.
 *
 * <p>Copies nothing and does not change the position of the given buffer. Confined to one thread. Limits:
 * {@link #MAX_UNITS} units, each of at least 1 byte and within the access unit.
 */
public final class NalUnits {
    public static final int SLICE = 1;
    public static final int IDR = 5;
    public static final int SEI = 6;
    public static final int SPS = 7;
    public static final int PPS = 8;
    public static final int ACCESS_UNIT_DELIMITER = 9;
    public static final int FILLER = 12;
    /** Maximum number of units in one access unit; a 4K picture with one slice per macroblock row has about 140. */
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
     * @param accessUnit the buffer's remaining bytes
     * @param nalLengthSize 1, 2 or 4, from the configuration record
     */
    public NalUnits(ByteBuffer accessUnit, int nalLengthSize) {
        this(accessUnit, nalLengthSize, MAX_UNITS);
    }

    /** @param most maximum number of units */
    NalUnits(ByteBuffer accessUnit, int nalLengthSize, int most) {
        if (nalLengthSize != 1 && nalLengthSize != 2 && nalLengthSize != 4) {
            throw new IllegalArgumentException("nalLengthSize must be 1, 2 or 4, not " + nalLengthSize);
        }
        this.accessUnit = accessUnit;
        this.nalLengthSize = nalLengthSize;
        this.most = most;
        this.next = accessUnit.position();
    }

    /**
     * Advances to the next unit; returns false after the last one.
     *
     * @throws io.millrace.media.bytes.MediaException if a length does not fit or there are too many units
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

    /** Returns nal_unit_type of the current unit, 0 to 31. */
    public int type() {
        return accessUnit.get(offset) & 0x1F;
    }

    /** Returns the absolute index of the current unit's header byte in the access unit's buffer. */
    public int offset() {
        return offset;
    }

    public int sizeBytes() {
        return size;
    }

    /** Returns the current unit with its header byte, without its length; shares the access unit's memory. */
    public ByteBuffer unit() {
        return accessUnit.slice(offset, size);
    }

    /**
     * Returns whether the current unit is an SEI with a recovery point message (H.264 D.1.8), as used by open GOPs and
     * intra refresh.
     */
    public boolean isRecoveryPoint() {
        return type() == SEI && SeiMessages.contains(unit(), SeiMessages.RECOVERY_POINT);
    }

    /**
     * Returns whether a decoder can start here. Parses the whole access unit, so malformed ones are always detected.
     */
    public static boolean containsIdr(ByteBuffer accessUnit, int nalLengthSize) {
        return containsIdr(accessUnit, nalLengthSize, MAX_UNITS);
    }

    /** The same with at most {@code most} NAL units, itself at most {@link #MAX_UNITS}. */
    public static boolean containsIdr(ByteBuffer accessUnit, int nalLengthSize, int most) {
        var units = new NalUnits(accessUnit, nalLengthSize, most);
        boolean found = false;
        while (units.next()) {
            found |= units.type() == IDR;
        }
        return found;
    }

    /**
     * Returns whether a decoder can start here and produce correct pictures some frames later. Parses the whole access
     * unit.
     */
    public static boolean hasRecoveryPoint(ByteBuffer accessUnit, int nalLengthSize) {
        var units = new NalUnits(accessUnit, nalLengthSize);
        boolean found = false;
        while (units.next()) {
            found |= units.isRecoveryPoint();
        }
        return found;
    }
}
