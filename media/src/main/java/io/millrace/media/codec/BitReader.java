package io.millrace.media.codec;

import io.millrace.media.bytes.MalformedException;

/**
 * Reads the bit fields of one named structure, most significant bit first (H.264 7.2 and 9.1; 14496-3).
 *
 * <p>Confined to one thread. Borrows the array and never reads past its end.
 */
final class BitReader {
    /** The longest Exp-Golomb code: 32 zero bits would need a value of more than 32 bits. */
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

    /** An unsigned field of at most 31 bits. */
    int bits(int count, String field) {
        return (int) longBits(count, field);
    }

    /** An unsigned field of at most 32 bits. */
    long longBits(int count, String field) {
        need(count, field);
        long value = 0;
        for (int i = 0; i < count; i++, position++) {
            value = value << 1 | bytes[position >>> 3] >>> 7 - (position & 7) & 1;
        }
        return value;
    }

    /** The next {@code count} bits, which stay unread; there must be so many. */
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

    /** ue(v): 0 to 2^32 - 2. */
    long unsignedExpGolomb(String field) {
        int zeros = 0;
        while (!flag(field)) {
            if (++zeros > MAX_LEADING_ZEROS) {
                throw MalformedException.value(structure, field, "a code of more than 32 leading zeros", "ue(v)");
            }
        }
        return (1L << zeros) - 1 + longBits(zeros, field);
    }

    /** ue(v) of a field that has an upper bound in the standard. */
    int unsignedExpGolomb(int max, String field) {
        long value = unsignedExpGolomb(field);
        if (value > max) {
            throw MalformedException.value(structure, field, value, "0 to " + max);
        }
        return (int) value;
    }

    /** se(v): -2^31 + 1 to 2^31 - 1. */
    int signedExpGolomb(String field) {
        long code = unsignedExpGolomb(field);
        return (int) ((code & 1) == 1 ? code + 1 >> 1 : -(code >> 1));
    }

    private void need(int count, String field) {
        if (count > bitsLeft()) {
            throw new MalformedException(structure, field, "wants " + count + " bits, " + bitsLeft() + " are left");
        }
    }
}
