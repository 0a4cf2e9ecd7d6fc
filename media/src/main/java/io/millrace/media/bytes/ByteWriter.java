package io.millrace.media.bytes;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Writes big-endian fields into a growing array. Confined to one thread. */
public final class ByteWriter {
    private byte[] bytes;
    private int size;

    public ByteWriter() {
        this(256);
    }

    public ByteWriter(int capacityBytes) {
        bytes = new byte[Math.max(16, capacityBytes)];
    }

    public int size() {
        return size;
    }

    public ByteWriter uint8(int value) {
        grow(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public ByteWriter uint16(int value) {
        return uint8(value >>> 8).uint8(value);
    }

    public ByteWriter uint24(int value) {
        return uint8(value >>> 16).uint16(value);
    }

    public ByteWriter uint32(long value) {
        return uint16((int) (value >>> 16)).uint16((int) value);
    }

    public ByteWriter int64(long value) {
        return uint32(value >>> 32).uint32(value);
    }

    public ByteWriter float64(double value) {
        return int64(Double.doubleToRawLongBits(value));
    }

    public ByteWriter bytes(byte[] value) {
        return bytes(value, 0, value.length);
    }

    public ByteWriter bytes(byte[] value, int offset, int length) {
        grow(length);
        System.arraycopy(value, offset, bytes, size, length);
        size += length;
        return this;
    }

    /** Copies what remains of {@code value} and leaves its position alone. */
    public ByteWriter bytes(ByteBuffer value) {
        int length = value.remaining();
        grow(length);
        value.get(value.position(), bytes, size, length);
        size += length;
        return this;
    }

    public ByteWriter fill(int value, int count) {
        grow(count);
        Arrays.fill(bytes, size, size + count, (byte) value);
        size += count;
        return this;
    }

    /** Overwrites four bytes that were written before: a length that is known only at the end. */
    public void setUint32(int position, long value) {
        bytes[position] = (byte) (value >>> 24);
        bytes[position + 1] = (byte) (value >>> 16);
        bytes[position + 2] = (byte) (value >>> 8);
        bytes[position + 3] = (byte) value;
    }

    /** A copy of what was written. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** What was written, without a copy; valid until the next write. */
    public ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    private void grow(int count) {
        if (bytes.length - size < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, count)));
        }
    }
}
