package io.millrace.platform.kafka;

import java.util.concurrent.TimeUnit;

/**
 * Determines whether records arrive at a high rate, so that it pays to handle several of them together. The rate is
 * measured over windows of 250 ms, so that it is low again soon after the load has ended.
 *
 * <p>Pure: time is an argument. Confined to one thread.
 */
public final class RecordRate {
    /** About six publishers send this many packets per second. */
    public static final double FEW_PACKETS_PER_SECOND = 450;
    static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final double fewPerSecond;
    private long windowStartNanos;
    /** Number of records at the start of the window. */
    private long before;
    private boolean high;

    /**
     * @param fewPerSecond up to this rate, the rate is low
     * @param nowNanos start of the first window
     */
    public RecordRate(double fewPerSecond, long nowNanos) {
        this.fewPerSecond = fewPerSecond;
        this.windowStartNanos = nowNanos;
    }

    /**
     * Returns whether the rate was high in the newest complete window; false before the first one is complete. To be
     * called at least once per window.
     *
     * @param records number of records so far, never less than in the previous call
     */
    public boolean isHigh(long records, long nowNanos) {
        long windowNanos = nowNanos - windowStartNanos;
        if (windowNanos >= WINDOW_NANOS) {
            high = (records - before) * 1e9 / windowNanos > fewPerSecond;
            windowStartNanos = nowNanos;
            before = records;
        }
        return high;
    }
}
