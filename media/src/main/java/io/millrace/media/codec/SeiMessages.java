package io.millrace.media.codec;

import java.nio.ByteBuffer;

/**
 * Finds messages in an H.264 SEI NAL unit (ITU-T H.264, 7.3.2.3.1): {@code {FF* type, FF* size, payload}*} with
 * emulation prevention. SEI is advisory, so a truncated message ends the search without an error.
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
        // The last byte contains the trailing bit of the payload, so a further message needs more than two bytes.
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

    /**
     * Reads a type or size: the sum of bytes up to and including the first that is not 255. Returns a negative value at
     * the end of the unit.
     */
    private int coded() {
        int value = 0;
        int last;
        do {
            last = next();
            value += last;
        } while (last == 0xFF);
        return last < 0 ? -1 : value;
    }

    /** Returns the next byte of the payload, or -1 at the end. */
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
