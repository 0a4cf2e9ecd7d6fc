package io.millrace.platform.rtmp;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ReadPaceTest {
    private static final long MS = 1_000_000;

    private final ReadPace pace = new ReadPace(0);
    private long nowNanos;

    @ParameterizedTest
    @CsvSource({"50, 0", "200, 0", "600, 10", "1000, 20", "20000, 20"})
    void theMoreComesTheLongerItWaits(int readsPerSecond, long waitMs) {
        runForASecond(readsPerSecond);

        assertThat(afterALook()).isEqualTo(waitMs * MS);
    }

    @Test
    void aLookThatComesLateDoesNotWait() {
        runForASecond(5_000);
        pace.looks(nowNanos);

        assertThat(pace.waitNanos(nowNanos + 5 * MS)).isEqualTo(15 * MS);
        assertThat(pace.waitNanos(nowNanos + 25 * MS)).isZero();
    }

    @Test
    void loopsLookAtTheSameTime() {
        runForASecond(5_000);
        pace.looks(nowNanos + 3 * MS);

        assertThat(pace.waitNanos(nowNanos + 4 * MS)).isEqualTo(16 * MS);
        assertThat(pace.waitNanos(nowNanos + 20 * MS)).isZero();
    }

    @Test
    void whenTheManyHaveLeftNothingWaitsAnyMore() {
        runForASecond(5_000);
        runForASecond(100);

        assertThat(afterALook()).isZero();
    }

    private long afterALook() {
        pace.looks(nowNanos);
        return pace.waitNanos(nowNanos);
    }

    /** In 50 turns, of which each finds a fiftieth. */
    private void runForASecond(int reads) {
        for (int turn = 0; turn < 50; turn++) {
            nowNanos += 20 * MS;
            pace.looks(nowNanos);
            pace.found(reads / 50, nowNanos);
        }
    }
}
