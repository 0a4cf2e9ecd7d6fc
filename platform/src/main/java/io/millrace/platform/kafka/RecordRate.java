package io.millrace.platform.kafka;

import java.util.concurrent.TimeUnit;

/**
 * Tells whether records arrive at a high rate, so that it pays to handle several of them together. The rate is measured
 * over windows of 250 ms, so that it falls to low soon after the load has ended.
 *
 * <p>Pure: time is an argument. Confined to one thread.
 */
public final class RecordRate {
    /** Packets per second of about six publishers. */
    public static final double FEW_PACKETS_PER_SECOND = 450;
    static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final double fewPerSecond;
    private long windowStartNanos;
    private long before;
    private boolean high;

    /**
     * @param fewPerSecond greatest rate that is low
     * @param nowNanos start of the first window
     */
    public RecordRate(double fewPerSecond, long nowNanos) {
        this.fewPerSecond = fewPerSecond;
        this.windowStartNanos = nowNanos;
    }

    /**
     * Returns whether the rate was high in the newest complete window. False in the first one.
     *
     * @param records number of records so far
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
