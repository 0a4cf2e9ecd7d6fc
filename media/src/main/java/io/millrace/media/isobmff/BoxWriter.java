package io.millrace.media.isobmff;

import io.millrace.media.bytes.ByteWriter;
import java.nio.charset.StandardCharsets;

/** Writes nested boxes; the size of a box is filled in when it ends (ISO/IEC 14496-12, 4.2). Confined to one thread. */
public final class BoxWriter {
    private final ByteWriter out = new ByteWriter(4096);

    /** Returns the writer for the fields of the current box. */
    public ByteWriter out() {
        return out;
    }

    /** Writes a box. */
    public void box(String type, Runnable content) {
        int start = out.size();
        out.uint32(0).bytes(type.getBytes(StandardCharsets.ISO_8859_1));
        content.run();
        out.setUint32(start, out.size() - start);
    }

    /** Writes a box with version and flags. */
    public void fullBox(String type, int version, int flags, Runnable content) {
        box(type, () -> {
            out.uint8(version).uint24(flags);
            content.run();
        });
    }

    /** Writes a field that has 32 bits in version 0 of its box and 64 bits in version 1. */
    public void wide(int version, long value) {
        if (version == 0) {
            out.uint32(value);
        } else {
            out.int64(value);
        }
    }

    /** Returns the version of a box with such fields: 0 if all values fit in 32 bits, otherwise 1. */
    public static int versionFor(long... values) {
        for (long value : values) {
            if (value >>> 32 != 0) {
                return 1;
            }
        }
        return 0;
    }
}
