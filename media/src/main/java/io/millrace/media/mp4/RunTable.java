package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;

/** Run-length encoded list of values, as in stts and ctts: {@code {count:32 | value:32}*}. */
final class RunTable {
    private final ByteWriter closed = new ByteWriter();
    private int entries;
    private int count;
    private int value;

    void add(int next) {
        if (count > 0 && next == value) {
            count++;
            return;
        }
        close();
        value = next;
        count = 1;
    }

    private void close() {
        if (count > 0) {
            closed.uint32(count).uint32(value);
            entries++;
            count = 0;
        }
    }

    /**
     * Writes the number of entries and the entries, with {@code addend} added to every value. No values can be added
     * afterwards.
     */
    void write(ByteWriter out, int addend) {
        close();
        out.uint32(entries);
        ByteBuffer in = closed.view();
        while (in.hasRemaining()) {
            out.uint32(in.getInt()).uint32(in.getInt() + addend);
        }
    }
}
