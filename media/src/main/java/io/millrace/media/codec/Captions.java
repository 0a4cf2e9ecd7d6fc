package io.millrace.media.codec;

import java.nio.ByteBuffer;

/**
 * Detects captions (CEA-608 and CEA-708) in the SEI before a picture (ATSC A/53 part 4, 6.2.3).
 *
 * <p>Layout of the SEI message user_data_registered_itu_t_t35: {@code B5 | 0031 | "GA94" | 03 | em:1 cc:1 additional:1
 * count:5 | FF | {11111 valid:1 type:2, data:16}*}. Encoders without captions often send such messages with padding
 * only; these do not count. Stateless; the position of an access unit does not change. Bounded by the size of the
 * access unit before its first slice.
 */
public final class Captions {
    /** Country, provider, and the identifier of ATSC. */
    private static final int[] ATSC = {0xB5, 0x00, 0x31, 'G', 'A', '9', '4'};
    private static final int CAPTION_DATA = 3;
    private static final int PROCESS_CAPTIONS = 0x40;
    private static final int COUNT_BITS = 0x1F;
    private static final int VALID = 4;
    private static final int TYPE_BITS = 3;
    /** Types 0 and 1 are the two fields of CEA-608, and types 2 and 3 are packets of CEA-708. */
    private static final int FIRST_708 = 2;
    private static final int WITHOUT_PARITY = 0x7F;
    private static final int AVC_HEADER_BYTES = 1;

    private Captions() {}

    /**
     * Returns whether the access unit contains captions. Only NAL units before the first slice are read.
     *
     * @throws io.millrace.media.bytes.MediaException if a length before the first slice does not fit
     */
    public static boolean in(ByteBuffer accessUnit, VideoConfig config) {
        return switch (config) {
            case AvcConfig avc -> inAvc(accessUnit, avc.nalLengthSize());
            case HevcConfig hevc -> inHevc(accessUnit, hevc.nalLengthSize());
            // Carried in metadata OBUs; no encoder that publishes over RTMP is known to send them.
            case Av1Config _ -> false;
            case Vp9Config _ -> false;
        };
    }

    /** Does for H.264 what {@link #in} does. */
    public static boolean inAvc(ByteBuffer accessUnit, int nalLengthSize) {
        NalUnits units = new NalUnits(accessUnit, nalLengthSize);
        while (units.next()) {
            int type = units.type();
            if (type >= NalUnits.SLICE && type <= NalUnits.IDR) {
                return false;
            }
            if (type == NalUnits.SEI && inUnit(units.unit(), AVC_HEADER_BYTES)) {
                return true;
            }
        }
        return false;
    }

    /** Does for HEVC what {@link #in} does. */
    public static boolean inHevc(ByteBuffer accessUnit, int nalLengthSize) {
        NalUnits units = new NalUnits(accessUnit, nalLengthSize);
        while (units.next()) {
            int type = HevcNal.type(accessUnit.get(units.offset()));
            if (HevcNal.isPicture(type)) {
                return false;
            }
            if (type == HdrSei.PREFIX_SEI && inUnit(units.unit(), HevcNal.HEADER_BYTES)) {
                return true;
            }
        }
        return false;
    }

    private static boolean inUnit(ByteBuffer nal, int headerBytes) {
        SeiMessages messages = new SeiMessages(nal, headerBytes);
        while (messages.next()) {
            if (messages.type() == SeiMessages.USER_DATA_T35 && isAtscCaptionData(messages) && hasText(messages)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAtscCaptionData(SeiMessages message) {
        for (int expected : ATSC) {
            if (message.payloadByte() != expected) {
                return false;
            }
        }
        return message.payloadByte() == CAPTION_DATA;
    }

    /** Reads cc_data; returns whether a valid construct is not padding. */
    private static boolean hasText(SeiMessages message) {
        int flags = message.payloadByte();
        if (flags < 0 || (flags & PROCESS_CAPTIONS) == 0 || message.payloadByte() < 0) {
            return false;
        }
        for (int left = flags & COUNT_BITS; left > 0; left--) {
            int head = message.payloadByte();
            int first = message.payloadByte();
            int second = message.payloadByte();
            if (second < 0) {
                return false;
            }
            boolean padding = (head & TYPE_BITS) < FIRST_708 && ((first | second) & WITHOUT_PARITY) == 0;
            if ((head & VALID) != 0 && !padding) {
                return true;
            }
        }
        return false;
    }
}
