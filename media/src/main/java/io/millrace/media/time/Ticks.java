package io.millrace.media.time;

/**
 * Conversion between time scales (ticks per second); all conversions are done here.
 *
 * <p>Rescale absolute times first and subtract afterwards. Do not add rescaled durations: their rounding errors
 * accumulate.
 */
public final class Ticks {
    /** Ticks per second of MPEG-TS and of our video tracks. */
    public static final int MPEG = 90_000;
    /** Ticks per second of RTMP and FLV. */
    public static final int MILLIS = 1_000;

    private Ticks() {}

    /** Converts {@code value} from {@code from} to {@code to} ticks per second, rounding towards negative infinity. */
    public static long rescale(long value, long from, long to) {
        if (from == to) {
            return value;
        }
        long whole = Math.floorDiv(value, from);
        long rest = Math.floorMod(value, from);
        return whole * to + rest * to / from;
    }
}
