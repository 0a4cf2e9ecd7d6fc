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
    void waitGrowsWithReadRate(int readsPerSecond, long waitUs) {
        runForOneSecond(readsPerSecond);
        pollAtTick();

        assertThat(pace.waitNanos(nowNanos)).isEqualTo(waitUs * MS / 1_000);
    }

    /** With a longer tick, one read finds several messages of a publisher. Fewer reads must not look like fewer publishers. */
    @ParameterizedTest
    @CsvSource({"3, 0", "5, 16500", "9, 33000", "100, 33000"})
    void paceIsStableForSameNumberOfPublishers(int publishers, long waitUs) {
        for (int second = 0; second < 5; second++) {
            pollAtTick();
            long wait = pace.waitNanos(nowNanos);
            double polls = wait == 0 ? 75 : Math.min(75, 1e9 / wait);
            runForOneSecond((int) (publishers * polls));
            if (second > 1) {
                assertThat(wait).isEqualTo(waitUs * MS / 1_000);
            }
        }
    }

    @Test
    void latePollWaitsOnlyForRestOfTick() {
        runForOneSecond(5_000);
        pollAtTick();

        assertThat(pace.waitNanos(nowNanos + 5 * MS)).isEqualTo(28 * MS);
        assertThat(pace.waitNanos(nowNanos + 40 * MS)).isZero();
    }

    @Test
    void loopsPollAtSameTime() {
        runForOneSecond(5_000);
        pollAtTick();
        pace.polled(nowNanos + 3 * MS);

        assertThat(pace.waitNanos(nowNanos + 4 * MS)).isEqualTo(29 * MS);
        assertThat(pace.waitNanos(nowNanos + 33 * MS)).isZero();
    }

    @Test
    void doesNotWaitAfterPublishersHaveLeft() {
        runForOneSecond(5_000);
        runForOneSecond(100);
        pollAtTick();

        assertThat(pace.waitNanos(nowNanos)).isZero();
    }

    private void pollAtTick() {
        pace.polled(nowNanos);
        nowNanos += pace.waitNanos(nowNanos);
        pace.polled(nowNanos);
    }

    /** Passes a second in 50 polls, each of which finds a fiftieth of the reads. */
    private void runForOneSecond(int reads) {
        for (int turn = 0; turn < 50; turn++) {
            nowNanos += 20 * MS;
            pace.polled(nowNanos);
            pace.found(reads / 50, nowNanos);
        }
    }
}
