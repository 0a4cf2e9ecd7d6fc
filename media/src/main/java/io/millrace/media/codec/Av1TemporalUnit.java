package io.millrace.media.codec;

import java.nio.ByteBuffer;

/** What a temporal unit of AV1 is (AV1 bitstream, 7.5): the frames of one instant. */
public final class Av1TemporalUnit {
    private Av1TemporalUnit() {}

    /**
     * Whether a decoder can start here: a sequence header, and behind it a key frame that is shown. Walks the whole unit, so
     * that a malformed one never passes.
     */
    public static boolean isKey(ByteBuffer temporalUnit) {
        return isKey(temporalUnit, Av1Obu.MAX_UNITS);
    }

    /** The same of a temporal unit that may have {@code most} OBUs, up to 2048. */
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
                    // Delimiters, tiles, metadata, padding, and what is reserved.
                }
            }
        }
        return key;
    }

    /** uncompressed_header (5.9.2): {@code show_existing_frame:1 frame_type:2 show_frame:1}; a key frame's type is 0. */
    private static boolean isShownKey(ByteBuffer frame) {
        return frame.hasRemaining() && (frame.get(frame.position()) & 0xF0) == 0x10;
    }
}
