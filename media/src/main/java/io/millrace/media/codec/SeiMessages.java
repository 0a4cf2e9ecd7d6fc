package io.millrace.media.codec;

import java.nio.ByteBuffer;

/**
 * Finds the supplemental enhancement messages of an H.264 SEI NAL unit (ITU-T H.264, 7.3.2.3.1):
 * {@code {FF* type, FF* size, payload}*} with emulation prevention. A cut message ends the search: SEI is advice.
 */
final class SeiMessages {
    static final int RECOVERY_POINT = 6;

    private final ByteBuffer nal;
    private int position;
    private int zeros;

    private SeiMessages(ByteBuffer nal) {
        this.nal = nal;
        this.position = nal.position() + 1;
    }

    static boolean contains(ByteBuffer nal, int type) {
        var in = new SeiMessages(nal);
        // The last byte is the trailing bit of the payload, hence two bytes at least for a message.
        while (in.nal.limit() - in.position > 2) {
            int seen = in.coded();
            int size = in.coded();
            if (size < 0) {
                return false;
            }
            if (seen == type) {
                return true;
            }
            for (int i = 0; i < size; i++) {
                if (in.next() < 0) {
                    return false;
                }
            }
        }
        return false;
    }

    /** A type or size: bytes of 255 add up until another one ends it; negative at the end of the unit. */
    private int coded() {
        int value = 0;
        int last;
        do {
            last = next();
            value += last;
        } while (last == 0xFF);
        return last < 0 ? -1 : value;
    }

    /** The next byte of the payload, -1 at the end. */
    private int next() {
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
