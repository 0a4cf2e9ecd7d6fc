package io.millrace.media.codec;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;
import java.nio.ByteBuffer;

/**
 * Cursor over the open bitstream units of AV1 (AV1 bitstream, 5.3) in low-overhead format: {@code 0:1 type:4
 * extension:1 hasSize:1 0:1 | extension:8 | leb128 size | payload}; the last unit may have no size.
 *
 * <p>Copies nothing. Confined to one thread. Limit: {@link #MAX_UNITS}.
 */
final class Av1Obu {
    static final int SEQUENCE_HEADER = 1;
    static final int FRAME_HEADER = 3;
    static final int FRAME = 6;
    /** Maximum number of units in one temporal unit; a picture of 64 tile groups and layers has about 80. */
    static final int MAX_UNITS = 2048;

    private static final String STRUCTURE = "OBU";
    private static final int MAX_LEB128_BYTES = 8;

    private final ByteReader in;
    private final int most;
    private int count;
    private int type;
    private ByteBuffer payload;

    Av1Obu(ByteBuffer units) {
        this(units, MAX_UNITS);
    }

    /** @param most maximum number of units */
    Av1Obu(ByteBuffer units, int most) {
        this.most = most;
        in = new ByteReader(STRUCTURE, units.duplicate());
    }

    /** Advances to the next unit; returns false after the last one. */
    boolean next() {
        if (!in.hasRemaining()) {
            return false;
        }
        if (++count > most) {
            throw new OverLimitException(STRUCTURE, "count", count, most);
        }
        int header = in.uint8("obu_header");
        if ((header & 0x80) != 0) {
            throw MalformedException.value(STRUCTURE, "obu_forbidden_bit", 1, "0");
        }
        type = header >>> 3 & 0x0F;
        if ((header & 4) != 0) {
            in.skip(1, "obu_extension_header");
        }
        payload = (header & 2) != 0 ? in.slice(size(), "obu") : in.rest();
        return true;
    }

    private int size() {
        long size = 0;
        for (int i = 0; i < MAX_LEB128_BYTES; i++) {
            int next = in.uint8("obu_size");
            size |= (next & 0x7FL) << 7 * i;
            if (next < 0x80) {
                if (size > in.remaining()) {
                    throw MalformedException.value(STRUCTURE, "obu_size", size, "0 to " + in.remaining());
                }
                return (int) size;
            }
        }
        throw MalformedException.value(STRUCTURE, "obu_size", "more than 8 bytes", "leb128");
    }

    int type() {
        return type;
    }

    ByteBuffer payload() {
        return payload;
    }

    /** Returns the first sequence header in {@code units}, or null if there is none. */
    static Av1SequenceHeader sequenceHeader(ByteBuffer units) {
        Av1SequenceHeader first = null;
        var obus = new Av1Obu(units);
        while (obus.next()) {
            if (obus.type() == SEQUENCE_HEADER && first == null) {
                first = Av1SequenceHeader.parse(obus.payload());
            }
        }
        return first;
    }
}
