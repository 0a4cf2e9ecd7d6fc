package io.millrace.edge.view;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PaceTest {
    private static final long MS = 1_000_000;

    private final Pace pace = new Pace(Pace.ADAPTIVE, 0);
    private long nowNanos;

    @Test
    void writesImmediatelyForFewViewersAndInTicksForMany() {
        join(Pace.FEW);
        assertThat(pace.tickNanos()).isZero();
        join(1);
        assertThat(pace.tickNanos()).isEqualTo(Pace.TICK_NANOS);
        pace.left();
        busy(1);
        assertThat(pace.tickNanos()).as("a second after most viewers have left").isZero();
    }

    @Test
    void writesLessOftenIfLoopIsBusy() {
        join(100);
        busy(49);
        assertThat(pace.tickNanos()).isEqualTo(Pace.TICK_NANOS);
        busy(51);
        assertThat(pace.tickNanos()).isEqualTo(Pace.SLOW_TICK_NANOS);
        busy(16);
        assertThat(pace.tickNanos()).as("the load is low because of the longer tick").isEqualTo(Pace.SLOW_TICK_NANOS);
        busy(14);
        assertThat(pace.tickNanos()).isEqualTo(Pace.TICK_NANOS);
    }

    @Test
    void keepsFixedTick() {
        var fixed = new Pace(7 * MS, 0);
        fixed.joined();
        fixed.wrote(0, 5_000 * MS);
        assertThat(fixed.tickNanos()).isEqualTo(7 * MS);
    }

    @Test
    void sendsVideoNearlyOneTickAfterLast() {
        assertThat(Pace.isDue(40 * MS, 0, 30 * MS)).isTrue();
        assertThat(Pace.isDue(40 * MS, 0, 29 * MS)).isFalse();
        assertThat(Pace.isDue(0, 0, 0)).isTrue();
        assertThat(Pace.patienceNanos(40 * MS)).isEqualTo(60 * MS);
    }

    private void join(int viewers) {
        for (int i = 0; i < viewers; i++) {
            pace.joined();
        }
    }

    /** A second of which this many hundredths are spent on writing. */
    private void busy(int percent) {
        for (int i = 0; i < 10; i++) {
            pace.wrote(nowNanos + (100 - percent) * MS, nowNanos + 100 * MS);
            nowNanos += 100 * MS;
        }
    }
}
