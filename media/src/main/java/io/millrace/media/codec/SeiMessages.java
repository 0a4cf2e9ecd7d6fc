package io.millrace.media.codec;

import java.nio.ByteBuffer;

/**
 * Cursor over the messages of an SEI NAL unit (ITU-T H.264, 7.3.2.3.1; ITU-T H.265, 7.3.5): {@code {FF* type, FF* size,
 * payload}*} with emulation prevention.
 *
 * <p>Confined to one thread. SEI is advisory, so a truncated message ends the unit without an error.
 */
final class SeiMessages {
    static final int USER_DATA_T35 = 4;
    static final int RECOVERY_POINT = 6;

    private final ByteBuffer nal;
    private int position;
    private int zeros;
    private int type;
    private int left;

    /** @param headerBytes size of the NAL unit's header: 1 for H.264, 2 for HEVC */
    SeiMessages(ByteBuffer nal, int headerBytes) {
        this.nal = nal;
        this.position = Math.min(nal.position() + headerBytes, nal.limit());
    }

    /** Returns whether an SEI NAL unit of H.264 contains a message of {@code type}. */
    static boolean contains(ByteBuffer nal, int type) {
        var in = new SeiMessages(nal, 1);
        while (in.next()) {
            if (in.type == type) {
                return true;
            }
        }
        return false;
    }

    /** Advances to the next message; returns false after the last one. */
    boolean next() {
        while (left > 0) {
            if (payloadByte() < 0) {
                return false;
            }
        }
        // The last byte contains the trailing bit of the payload, so a further message needs more than two bytes.
        if (nal.limit() - position <= 2) {
            return false;
        }
        type = coded();
        left = coded();
        return left >= 0;
    }

    /** Returns the type of the current message. */
    int type() {
        return type;
    }

    /** Returns the next byte of the current message's payload, or -1 at its end or at the end of the unit. */
    int payloadByte() {
        if (left <= 0) {
            return -1;
        }
        left--;
        return nextByte();
    }

    /**
     * Reads a type or size: the sum of bytes up to and including the first that is not 255. Returns a negative value at
     * the end of the unit.
     */
    private int coded() {
        int value = 0;
        int last;
        do {
            last = nextByte();
            value += last;
        } while (last == 0xFF);
        return last < 0 ? -1 : value;
    }

    /** Returns the next byte without emulation prevention, or -1 at the end of the unit. */
    private int nextByte() {
        if (zeros >= 2 && position < nal.limit() && nal.get(position) == 3) {
            position++;
            zeros = 0;
        }
        if (position >= nal.limit()) {
            return -1;
        }
        int value = nal.get(position++) & 0xFF;
        zeros = value == 0 ? zeros + 1 : 0;
        return value;
    }
}
