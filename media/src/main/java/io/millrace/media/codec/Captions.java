package io.millrace.media.codec;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

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
    /** Number of channels of CEA-608: two in each of two fields. */
    private static final int CHANNELS_608 = 4;
    /** First bytes 10 to 17 are control codes of the first channel of a field, 18 to 1F of the second (CEA-608-E, 8.4). */
    private static final int CONTROL_608 = 0x10;
    private static final int SECOND_CHANNEL = 8;
    private static final int AVC_HEADER_BYTES = 1;

    private Captions() {}

    /**
     * Returns the channels of the captions in the access unit, as a set for {@link #names}; 0 without captions. Channels
     * of CEA-608 count where a control code names them, which precedes all text, and services of CEA-708 where their
     * packet begins. Only NAL units before the first slice are read.
     *
     * @throws io.millrace.media.bytes.MediaException if a length before the first slice does not fit
     */
    public static long channels(ByteBuffer accessUnit, VideoConfig config) {
        return switch (config) {
            case AvcConfig avc -> ofAvc(accessUnit, avc.nalLengthSize());
            case HevcConfig hevc -> ofHevc(accessUnit, hevc.nalLengthSize());
            // Carried in metadata OBUs; no encoder that publishes over RTMP is known to send them.
            case Av1Config _ -> 0;
            case Vp9Config _ -> 0;
        };
    }

    /** Does for H.264 what {@link #channels} does. */
    public static long ofAvc(ByteBuffer accessUnit, int nalLengthSize) {
        return scan(accessUnit, nalLengthSize, false);
    }

    /** Does for HEVC what {@link #channels} does. */
    public static long ofHevc(ByteBuffer accessUnit, int nalLengthSize) {
        return scan(accessUnit, nalLengthSize, true);
    }

    /** Returns the names of channels in HLS and DASH (INSTREAM-ID): CC1 to CC4, then SERVICE1 to SERVICE60. */
    public static List<String> names(long channels) {
        List<String> names = new ArrayList<>();
        for (int bit = 0; bit < Long.SIZE; bit++) {
            if ((channels >>> bit & 1) != 0) {
                names.add(bit < CHANNELS_608 ? "CC" + (bit + 1) : "SERVICE" + (bit - CHANNELS_608 + 1));
            }
        }
        return names;
    }

    /** Returns the channels that the messages with caption data before the first slice name. */
    private static long scan(ByteBuffer accessUnit, int nalLengthSize, boolean hevc) {
        long found = 0;
        NalUnits units = new NalUnits(accessUnit, nalLengthSize);
        while (units.next()) {
            int type = hevc ? HevcNal.type(accessUnit.get(units.offset())) : units.type();
            if (hevc ? HevcNal.isPicture(type) : type >= NalUnits.SLICE && type <= NalUnits.IDR) {
                return found;
            }
            if (type == (hevc ? HdrSei.PREFIX_SEI : NalUnits.SEI)) {
                SeiMessages messages = new SeiMessages(units.unit(),
                        hevc ? HevcNal.HEADER_BYTES : AVC_HEADER_BYTES);
                while (messages.next()) {
                    if (messages.type() == SeiMessages.USER_DATA_T35 && isAtscCaptionData(messages)) {
                        found |= channels(messages);
                    }
                }
            }
        }
        return found;
    }

    private static boolean isAtscCaptionData(SeiMessages message) {
        for (int expected : ATSC) {
            if (message.payloadByte() != expected) {
                return false;
            }
        }
        return message.payloadByte() == CAPTION_DATA;
    }

    /** Reads cc_data; returns the channels that it names. */
    private static long channels(SeiMessages message) {
        Packet708 packet = new Packet708();
        long[] found = {0};
        constructs(message, (type, first, second) -> {
            if (type < FIRST_708) {
                int code = first & WITHOUT_PARITY;
                if (code >= CONTROL_608 && code < CONTROL_608 + 2 * SECOND_CHANNEL) {
                    found[0] |= 1L << 2 * type + (code >= CONTROL_608 + SECOND_CHANNEL ? 1 : 0);
                }
            } else {
                packet.add(type == FIRST_708 + 1, first, second);
            }
        });
        return found[0] | packet.services << CHANNELS_608;
    }

    /** Receives the valid constructs of a message. */
    @FunctionalInterface
    private interface Construct {
        void read(int type, int first, int second);
    }

    private static void constructs(SeiMessages message, Construct construct) {
        int flags = message.payloadByte();
        if (flags < 0 || (flags & PROCESS_CAPTIONS) == 0 || message.payloadByte() < 0) {
            return;
        }
        for (int left = flags & COUNT_BITS; left > 0; left--) {
            int head = message.payloadByte();
            int first = message.payloadByte();
            int second = message.payloadByte();
            if (second < 0) {
                return;
            }
            if ((head & VALID) != 0) {
                construct.read(head & TYPE_BITS, first, second);
            }
        }
    }

    /**
     * Finds the services in a caption channel packet (CEA-708-E, 5 and 6): {@code sequence:2 size:6 | {service:3 size:5
     * [00 extended:6] data}*}. A packet that continues in another message is read up to the end of its first one.
     */
    private static final class Packet708 {
        private static final int SIZE_BITS = 0x1F;
        private static final int EXTENDED = 7;
        private static final int EXTENDED_BITS = 0x3F;
        /** Services that fit in a set beside the channels of CEA-608. */
        private static final int MOST = Long.SIZE - CHANNELS_608;

        /** Bit N is service N + 1. */
        private long services;
        private boolean started;
        /** Data bytes left of the current service block. */
        private int left;
        /** Size of a block whose extended number is next; -1 if none is. */
        private int extendedSize = -1;

        void add(boolean begins, int first, int second) {
            if (begins) {
                started = true;
                left = 0;
                extendedSize = -1;
            } else if (started) {
                add(first);
            }
            if (started) {
                add(second);
            }
        }

        private void add(int value) {
            if (left > 0) {
                left--;
            } else if (extendedSize >= 0) {
                number(value & EXTENDED_BITS, extendedSize);
                extendedSize = -1;
            } else if (value >>> 5 == EXTENDED && (value & SIZE_BITS) > 0) {
                extendedSize = value & SIZE_BITS;
            } else {
                number(value >>> 5, value & SIZE_BITS);
            }
        }

        /** A null block has service 0 and size 0, and fills the rest of the packet. */
        private void number(int service, int size) {
            left = size;
            if (service >= 1 && service <= MOST && size > 0) {
                services |= 1L << service - 1;
            }
        }
    }
}
