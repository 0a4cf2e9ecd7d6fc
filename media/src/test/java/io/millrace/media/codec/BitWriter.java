package io.millrace.media.codec;

import java.nio.ByteBuffer;

/** Writes bit fields for tests, the counterpart of {@link BitReader}. */
final class BitWriter {
    private final StringBuilder bits = new StringBuilder();

    /** Appends bits given as in the standard; blanks are ignored. */
    BitWriter bits(String value) {
        bits.append(value.replace(" ", ""));
        return this;
    }

    BitWriter bits(int count, long value) {
        for (int i = count - 1; i >= 0; i--) {
            bits.append(value >>> i & 1);
        }
        return this;
    }

    BitWriter ue(long value) {
        int length = 64 - Long.numberOfLeadingZeros(value + 1);
        return bits(length - 1, 0).bits(length, value + 1);
    }

    BitWriter se(long value) {
        return ue(value > 0 ? 2 * value - 1 : -2 * value);
    }

    /** Returns the bytes, with the last one padded with zeros. */
    byte[] toByteArray() {
        byte[] bytes = new byte[(bits.length() + 7) / 8];
        for (int i = 0; i < bits.length(); i++) {
            bytes[i / 8] |= (byte) ((bits.charAt(i) - '0') << 7 - i % 8);
        }
        return bytes;
    }

    ByteBuffer toByteBuffer() {
        return ByteBuffer.wrap(toByteArray());
    }
}
