package io.millrace.media.bytes;

import java.nio.ByteBuffer;

/**
 * Reads the big-endian fields of one named structure. If the structure is too short, the {@link MalformedException}
 * names the structure and the field.
 *
 * <p>Works on the buffer that it was given and advances its position. Confined to one thread. Slices share the buffer's
 * memory.
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

    /** Reads a signed 24-bit integer, such as a composition time. */
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

    /** Returns the next {@code sizeBytes} bytes without copying them. */
    public ByteBuffer slice(int sizeBytes, String field) {
        need(sizeBytes, field);
        ByteBuffer slice = in.slice(in.position(), sizeBytes);
        in.position(in.position() + sizeBytes);
        return slice;
    }

    /** Returns a copy of the next {@code sizeBytes} bytes. */
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

    /** Returns all remaining bytes without copying them. */
    public ByteBuffer rest() {
        return slice(in.remaining(), "rest");
    }

    private void need(int sizeBytes, String field) {
        if (sizeBytes < 0 || in.remaining() < sizeBytes) {
            throw MalformedException.truncated(structure, field, sizeBytes, in.remaining());
        }
    }
}
