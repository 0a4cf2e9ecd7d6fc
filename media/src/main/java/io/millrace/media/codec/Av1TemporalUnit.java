package io.millrace.media.codec;

import java.nio.ByteBuffer;

/** Inspects temporal units of AV1 (AV1 bitstream, 7.5), which contain the frames of one instant. */
public final class Av1TemporalUnit {
    /** Header of a temporal delimiter with a size and without an extension. */
    private static final int DELIMITER = 0x12;

    private Av1TemporalUnit() {}

    /**
     * Returns whether a decoder can start here: the unit contains a sequence header followed by a shown key frame.
     * Parses the whole unit, so malformed ones are always detected.
     */
    public static boolean isKey(ByteBuffer temporalUnit) {
        return isKey(temporalUnit, Av1Obu.MAX_UNITS);
    }

    /** The same with at most {@code most} OBUs, itself at most 2048. */
    public static boolean isKey(ByteBuffer temporalUnit, int most) {
        var obus = new Av1Obu(temporalUnit, most);
        Av1SequenceHeader header = null;
        boolean firstFrame = true;
        boolean key = false;
        while (obus.next()) {
            switch (obus.type()) {
                case Av1Obu.SEQUENCE_HEADER -> header = Av1SequenceHeader.parse(obus.payload());
                case Av1Obu.FRAME, Av1Obu.FRAME_HEADER -> {
                    key |= firstFrame && header != null && (header.stillPicture() || isShownKey(obus.payload()));
                    firstFrame = false;
                }
                default -> {
                    // Delimiters, tiles, metadata, padding and reserved types.
                }
            }
        }
        return key;
    }

    /**
     * Returns the unit without the temporal delimiters at its beginning, which must not be in MP4 (AV1 in ISOBMFF, 2.4).
     * Shares the unit's memory.
     */
    public static ByteBuffer withoutDelimiter(ByteBuffer temporalUnit) {
        ByteBuffer unit = temporalUnit;
        // Delimiters have a size field of 0: they never are the last unit.
        while (unit.remaining() >= 2 && (unit.get(unit.position()) & 0xFE) == DELIMITER
                && unit.get(unit.position() + 1) == 0) {
            unit = unit.slice(unit.position() + 2, unit.remaining() - 2);
        }
        return unit;
    }

    /**
     * Returns whether the frame is a shown key frame. uncompressed_header (5.9.2) starts with
     * {@code show_existing_frame:1 frame_type:2 show_frame:1}; the frame type of key frames is 0.
     */
    private static boolean isShownKey(ByteBuffer frame) {
        return frame.hasRemaining() && (frame.get(frame.position()) & 0xF0) == 0x10;
    }
}
