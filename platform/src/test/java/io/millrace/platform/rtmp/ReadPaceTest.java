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
    @CsvSource({"50, 0", "200, 0", "300, 16500", "450, 33000", "20000, 33000"})
    void theMoreComesTheLongerItWaits(int readsPerSecond, long waitUs) {
        runForASecond(readsPerSecond);
        lookAtATick();

        assertThat(pace.waitNanos(nowNanos)).isEqualTo(waitUs * MS / 1_000);
    }

    /** A longer tick finds the messages of a publisher together: fewer reads must not be taken for fewer publishers. */
    @ParameterizedTest
    @CsvSource({"3, 0", "5, 16500", "9, 33000", "100, 33000"})
    void publishersThatStayLeaveItsPaceAlone(int publishers, long waitUs) {
        for (int second = 0; second < 5; second++) {
            lookAtATick();
            long wait = pace.waitNanos(nowNanos);
            double looks = wait == 0 ? 75 : Math.min(75, 1e9 / wait);
            runForASecond((int) (publishers * looks));
            if (second > 1) {
                assertThat(wait).isEqualTo(waitUs * MS / 1_000);
            }
        }
    }

    @Test
    void aLookThatComesLateDoesNotWait() {
        runForASecond(5_000);
        lookAtATick();

        assertThat(pace.waitNanos(nowNanos + 5 * MS)).isEqualTo(28 * MS);
        assertThat(pace.waitNanos(nowNanos + 40 * MS)).isZero();
    }

    @Test
    void loopsLookAtTheSameTime() {
        runForASecond(5_000);
        lookAtATick();
        pace.polled(nowNanos + 3 * MS);

        assertThat(pace.waitNanos(nowNanos + 4 * MS)).isEqualTo(29 * MS);
        assertThat(pace.waitNanos(nowNanos + 33 * MS)).isZero();
    }

    @Test
    void whenTheManyHaveLeftNothingWaitsAnyMore() {
        runForASecond(5_000);
        runForASecond(100);
        lookAtATick();

        assertThat(pace.waitNanos(nowNanos)).isZero();
    }

    private void lookAtATick() {
        pace.polled(nowNanos);
        nowNanos += pace.waitNanos(nowNanos);
        pace.polled(nowNanos);
    }

    /** In 50 turns, of which each finds a fiftieth. */
    private void runForASecond(int reads) {
        for (int turn = 0; turn < 50; turn++) {
            nowNanos += 20 * MS;
            pace.polled(nowNanos);
            pace.found(reads / 50, nowNanos);
        }
    }
}
