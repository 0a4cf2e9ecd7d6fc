package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;

/**
 * Reads the bit fields of one named structure, most significant bit first (H.264 7.2 and 9.1; 14496-3).
 *
 * <p>Confined to one thread. Keeps a reference to the array and never reads past its end.
 */
final class BitReader {
    /** Length of the longest Exp-Golomb prefix: with 32 zero bits the value would exceed 32 bits. */
    private static final int MAX_LEADING_ZEROS = 31;

    private final String structure;
    private final byte[] bytes;
    private int position;

    BitReader(String structure, byte[] bytes) {
        this.structure = structure;
        this.bytes = bytes;
    }

    int bitsLeft() {
        return bytes.length * 8 - position;
    }

    boolean flag(String field) {
        return bits(1, field) == 1;
    }

    /** Reads an unsigned field of at most 31 bits. */
    int bits(int count, String field) {
        return (int) longBits(count, field);
    }

    /** Reads an unsigned field of at most 32 bits. */
    long longBits(int count, String field) {
        need(count, field);
        long value = 0;
        for (int i = 0; i < count; i++, position++) {
            value = value << 1 | bytes[position >>> 3] >>> 7 - (position & 7) & 1;
        }
        return value;
    }

    /**
     * Returns the next {@code count} bits without consuming them.
     *
     * @throws MalformedException if fewer bits are left
     */
    int peek(int count, String field) {
        int start = position;
        int value = bits(count, field);
        position = start;
        return value;
    }

    void skip(int count, String field) {
        need(count, field);
        position += count;
    }

    void alignToByte() {
        position = position + 7 & ~7;
    }

    /** Reads ue(v), 0 to 2^32 - 2. */
    long unsignedExpGolomb(String field) {
        int zeros = 0;
        while (!flag(field)) {
            if (++zeros > MAX_LEADING_ZEROS) {
                throw MalformedException.value(structure, field, "a code with 32 or more leading zeros", "ue(v)");
            }
        }
        return (1L << zeros) - 1 + longBits(zeros, field);
    }

    /** Reads ue(v) of a field for which the standard defines an upper bound. */
    int unsignedExpGolomb(int max, String field) {
        long value = unsignedExpGolomb(field);
        if (value > max) {
            throw MalformedException.value(structure, field, value, "0 to " + max);
        }
        return (int) value;
    }

    /** Reads se(v), -2^31 + 1 to 2^31 - 1. */
    int signedExpGolomb(String field) {
        long code = unsignedExpGolomb(field);
        return (int) ((code & 1) == 1 ? code + 1 >> 1 : -(code >> 1));
    }

    private void need(int count, String field) {
        if (count > bitsLeft()) {
            throw new MalformedException(structure, field, "needs " + count + " bits, " + bitsLeft() + " remain");
        }
    }
}
