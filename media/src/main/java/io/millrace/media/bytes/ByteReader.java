package io.millrace.media.bytes;

import java.nio.ByteBuffer;

/**
 * Reads big-endian fields of one named structure and tells which field was cut short.
 *
 * <p>A view: reads advance the buffer that was given. Confined to one thread. Slices share the buffer's memory.
 */
public final class ByteReader {
    private final String structure;
    private final ByteBuffer in;

    public ByteReader(String structure, ByteBuffer in) {
        this.structure = structure;
        this.in = in;
    }

    public int remaining() {
        return in.remaining();
    }

    public boolean hasRemaining() {
        return in.hasRemaining();
    }

    public int uint8(String field) {
        need(1, field);
        return in.get() & 0xFF;
    }

    public int uint16(String field) {
        need(2, field);
        return in.getShort() & 0xFFFF;
    }

    public int uint24(String field) {
        need(3, field);
        return (in.get() & 0xFF) << 16 | (in.get() & 0xFF) << 8 | in.get() & 0xFF;
    }

    /** Two's complement, -2^23 to 2^23 - 1: composition times. */
    public int int24(String field) {
        return uint24(field) << 8 >> 8;
    }

    public long uint32(String field) {
        need(4, field);
        return in.getInt() & 0xFFFF_FFFFL;
    }

    public int int32(String field) {
        need(4, field);
        return in.getInt();
    }

    public long int64(String field) {
        need(8, field);
        return in.getLong();
    }

    public double float64(String field) {
        need(8, field);
        return in.getDouble();
    }

    /** The next {@code sizeBytes} bytes, without a copy. */
    public ByteBuffer slice(int sizeBytes, String field) {
        need(sizeBytes, field);
        ByteBuffer slice = in.slice(in.position(), sizeBytes);
        in.position(in.position() + sizeBytes);
        return slice;
    }

    /** The next {@code sizeBytes} bytes, copied. */
    public byte[] bytes(int sizeBytes, String field) {
        need(sizeBytes, field);
        byte[] bytes = new byte[sizeBytes];
        in.get(bytes);
        return bytes;
    }

    public void skip(int sizeBytes, String field) {
        need(sizeBytes, field);
        in.position(in.position() + sizeBytes);
    }

    /** All that is left, without a copy. */
    public ByteBuffer rest() {
        return slice(in.remaining(), "rest");
    }

    private void need(int sizeBytes, String field) {
        if (sizeBytes < 0 || in.remaining() < sizeBytes) {
            throw MalformedException.truncated(structure, field, sizeBytes, in.remaining());
        }
    }
}
