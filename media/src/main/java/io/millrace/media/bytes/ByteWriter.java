package io.millrace.media.bytes;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Writes big-endian fields to an array that grows as needed. A value that is too large for its field loses its upper
 * bits, so callers check its range. Confined to one thread.
 */
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

    /** Copies the remaining bytes of {@code value}. The position of {@code value} does not change. */
    public ByteWriter bytes(ByteBuffer value) {
        int length = value.remaining();
        grow(length);
        value.get(value.position(), bytes, size, length);
        size += length;
        return this;
    }

    /** Writes {@code count} bytes of the same value. */
    public ByteWriter fill(int value, int count) {
        grow(count);
        Arrays.fill(bytes, size, size + count, (byte) value);
        size += count;
        return this;
    }

    /**
     * Overwrites four bytes written earlier, such as a length that was not known until the end. {@code position} and
     * the next three must be less than {@link #size}, which is not checked.
     */
    public void setUint32(int position, long value) {
        bytes[position] = (byte) (value >>> 24);
        bytes[position + 1] = (byte) (value >>> 16);
        bytes[position + 2] = (byte) (value >>> 8);
        bytes[position + 3] = (byte) value;
    }

    /** Returns a copy of the written bytes. */
    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** Returns the written bytes without copying them. The buffer is valid until the next write or {@link #clear}. */
    public ByteBuffer view() {
        return ByteBuffer.wrap(bytes, 0, size);
    }

    /** Discards the written bytes and keeps the array. Views that were returned are no longer valid. */
    public ByteWriter clear() {
        size = 0;
        return this;
    }

    private void grow(int count) {
        if (bytes.length - size < count) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, Math.addExact(size, count)));
        }
    }
}
