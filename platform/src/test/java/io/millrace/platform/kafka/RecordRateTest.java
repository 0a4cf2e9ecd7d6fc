package io.millrace.platform.kafka;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RecordRateTest {
    private static final long START_NANOS = -5_000;
    private static final double FEW_PER_SECOND = 100;
    /** As many as are few in a window. */
    private static final int FEW = (int) (FEW_PER_SECOND * RecordRate.WINDOW_NANOS / 1e9);

    private final RecordRate rate = new RecordRate(FEW_PER_SECOND, START_NANOS);

    private static long windows(long count) {
        return START_NANOS + count * RecordRate.WINDOW_NANOS;
    }

    @Test
    void isLowUntilAWindowHadMoreThanFew() {
        assertThat(rate.isHigh(10 * FEW, windows(1) - 1)).as("in the first window").isFalse();
        assertThat(rate.isHigh(FEW, windows(1))).as("at the limit").isFalse();
        assertThat(rate.isHigh(2 * FEW + 1, windows(2))).as("one past it").isTrue();
    }

    @Test
    void isLowAfterAWindowWithFew() {
        rate.isHigh(FEW + 1, windows(1));
        assertThat(rate.isHigh(FEW + 1, windows(2) - 1)).as("before the end of the window").isTrue();
        assertThat(rate.isHigh(2 * FEW + 1, windows(2))).isFalse();
    }

    @Test
    void measuresPerSecondAfterALongWindow() {
        assertThat(rate.isHigh(3 * FEW, windows(3))).isFalse();
        assertThat(rate.isHigh(3 * FEW + 3 * FEW + 1, windows(6))).isTrue();
    }
}
