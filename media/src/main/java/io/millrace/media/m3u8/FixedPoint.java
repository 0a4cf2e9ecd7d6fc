package io.millrace.media.m3u8;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.OverLimitException;

/**
 * Converts between decimal numbers in playlists (RFC 8216, 4.2 decimal-floating-point) and exact ratios, without
 * floating point.
 */
final class FixedPoint {
    /** Maximum number of digits before the point; no duration or rate has more. */
    static final int WHOLE_DIGITS_LIMIT = 12;
    /** Digits after the point that are used; further ones are accepted and ignored. */
    private static final int FRACTION_DIGITS = 6;

    private FixedPoint() {}

    /**
     * Returns {@code value / perUnit} with {@code digits} digits after the point, rounded to nearest.
     *
     * @param value must not be negative
     */
    static String text(long value, long perUnit, int digits) {
        if (value < 0) {
            throw new IllegalArgumentException("a decimal in a playlist must not be negative: " + value);
        }
        long scale = power(digits);
        long whole = value / perUnit;
        long fraction = (value % perUnit * scale + perUnit / 2) / perUnit;
        if (fraction == scale) {
            return text(whole + 1, 1, digits);
        }
        String padded = Long.toString(scale + fraction).substring(1);
        return digits == 0 ? Long.toString(whole) : whole + "." + padded;
    }

    /**
     * Parses a decimal number. Returns it in units of {@code 1 / perUnit}, rounded to nearest.
     *
     * @param field name of the tag or attribute, for errors
     * @throws MalformedException if {@code text} is not a decimal number
     */
    static long parse(String text, long perUnit, String field) {
        int point = text.indexOf('.');
        String whole = point < 0 ? text : text.substring(0, point);
        String fraction = point < 0 ? "" : text.substring(point + 1);
        if (whole.isEmpty() || !isDigits(whole) || !isDigits(fraction) || point >= 0 && fraction.isEmpty()) {
            throw MalformedException.value(PlaylistLines.STRUCTURE, field, text, "a decimal number");
        }
        if (whole.length() > WHOLE_DIGITS_LIMIT) {
            throw new OverLimitException(PlaylistLines.STRUCTURE, field, whole.length(), WHOLE_DIGITS_LIMIT);
        }
        String micros = (fraction + "000000").substring(0, FRACTION_DIGITS);
        long scale = power(FRACTION_DIGITS);
        return Long.parseLong(whole) * perUnit + (Long.parseLong(micros) * perUnit + scale / 2) / scale;
    }

    private static boolean isDigits(String text) {
        return text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static long power(int digits) {
        long power = 1;
        for (int i = 0; i < digits; i++) {
            power *= 10;
        }
        return power;
    }
}
