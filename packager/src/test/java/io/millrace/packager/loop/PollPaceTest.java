package io.millrace.packager.loop;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PollPaceTest {
    private static final long MS = 1_000_000;
    private static final long TICK = PollPace.TICK_NANOS;
    /** A whole number of ticks after 0. */
    private static final long START = 300 * TICK;
    /** Long enough to measure a rate. */
    private static final long WINDOW = 260 * MS;
    private static final int MANY = 1_000;

    private final PollPace pace = new PollPace(START);

    private void load(int records, long nowNanos) {
        pace.polled(records, nowNanos);
    }

    @Test
    void doesNotRestWhileFewRecordsCome() {
        for (long now = START; now < START + 4 * WINDOW; now += 15 * MS) {
            assertThat(pace.restNanos(now)).isZero();
            assertThat(pace.timeout()).isEqualTo(PollPace.UNTIL_NEXT_RECORD);
            load(1, now);
            load(0, now);
        }
    }

    @Test
    void restsUntilTheNextTickWhenEverythingIsRead() {
        load(MANY, START + WINDOW);
        long now = START + 8 * TICK + 5 * MS;
        assertThat(pace.restNanos(now)).as("more may be there").isZero();
        assertThat(pace.timeout()).isEqualTo(PollPace.REST_OF_TICK);
        load(0, now);
        assertThat(pace.restNanos(now)).isEqualTo(TICK - 5 * MS);
        assertThat(pace.restNanos(START + 9 * TICK - 1)).as("after an early end of the rest").isEqualTo(1);
        assertThat(pace.restNanos(START + 9 * TICK)).isZero();
        load(0, START + 9 * TICK + 5 * MS);
        assertThat(pace.restNanos(START + 9 * TICK + 5 * MS)).isEqualTo(TICK - 5 * MS);
    }

    @Test
    void doesNotRestInABacklog() {
        for (int poll = 1; poll < 100; poll++) {
            long now = START + WINDOW + poll * MS;
            load(MANY, now);
            assertThat(pace.restNanos(now)).isZero();
        }
    }

    @Test
    void doesNotRestInATickThatHasBegunDuringThePoll() {
        load(MANY, START + WINDOW);
        assertThat(pace.restNanos(START + 8 * TICK)).isZero();
        load(0, START + 9 * TICK + MS);
        assertThat(pace.restNanos(START + 9 * TICK + MS)).isZero();
    }

    @Test
    void pollsAtOnceAgainWhenTheLoadHasEnded() {
        load(MANY, START + WINDOW);
        load(0, START + WINDOW + MS);
        load(0, START + 2 * WINDOW + MS);
        assertThat(pace.restNanos(START + 2 * WINDOW + MS)).isZero();
        assertThat(pace.timeout()).isEqualTo(PollPace.UNTIL_NEXT_RECORD);
    }
}
