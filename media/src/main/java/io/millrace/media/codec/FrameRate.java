package io.millrace.media.codec;

import java.math.BigInteger;

/**
 * Frames per second as a fraction in lowest terms. Immutable.
 *
 * @param numerator 0 if the rate is unknown
 * @param denominator 1 if the rate is unknown
 */
public record FrameRate(int numerator, int denominator) {
    public static final FrameRate UNKNOWN = new FrameRate(0, 1);

    /** Returns the rate in lowest terms; unknown if it is zero, undefined or does not fit in 31 bits. */
    static FrameRate of(long numerator, long denominator) {
        if (numerator == 0 || denominator == 0) {
            return UNKNOWN;
        }
        long gcd = BigInteger.valueOf(numerator).gcd(BigInteger.valueOf(denominator)).longValue();
        boolean fits = numerator / gcd <= Integer.MAX_VALUE && denominator / gcd <= Integer.MAX_VALUE;
        return fits ? new FrameRate((int) (numerator / gcd), (int) (denominator / gcd)) : UNKNOWN;
    }

    public boolean isKnown() {
        return numerator > 0;
    }

    /** Returns the frames per second, 0 if unknown. */
    public double perSecond() {
        return (double) numerator / denominator;
    }

    /** Returns the frames per 1000 s, rounded; 0 if unknown. */
    public int milliHz() {
        return Math.toIntExact((numerator * 1000L + denominator / 2) / denominator);
    }
}
