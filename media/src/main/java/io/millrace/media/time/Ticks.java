package io.millrace.media.time;

/**
 * Conversion between time scales (ticks a second), the one place where it happens.
 *
 * <p>Absolute times are rescaled and then subtracted; durations are never rescaled and added, so that no error sums up.
 */
public final class Ticks {
    /** MPEG-TS and our video tracks: ticks a second. */
    public static final int MPEG = 90_000;
    /** RTMP and FLV: ticks a second. */
    public static final int MILLIS = 1_000;

    private Ticks() {}

    /** {@code value} ticks of {@code from} a second in ticks of {@code to} a second, rounded down (also below zero). */
    public static long rescale(long value, long from, long to) {
        if (from == to) {
            return value;
        }
        long whole = Math.floorDiv(value, from);
        long rest = Math.floorMod(value, from);
        return whole * to + rest * to / from;
    }
}
