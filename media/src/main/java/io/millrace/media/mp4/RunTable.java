package io.millrace.media.mp4;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;

/** Values one after the other as runs of equal ones: {@code {count:32 | value:32}*}, as stts and ctts have them. */
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

    /** The number of entries, then the entries, with {@code addend} added to every value. Nothing can be added after it. */
    void write(ByteWriter out, int addend) {
        close();
        out.uint32(entries);
        ByteBuffer in = closed.view();
        while (in.hasRemaining()) {
            out.uint32(in.getInt()).uint32(in.getInt() + addend);
        }
    }
}
