package io.millrace.platform.kafka;

import java.time.Duration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PollPaceTest {
    private static final long MS = 1_000_000;
    private static final long TICK = PollPace.TICK_NANOS;
    /** A whole number of ticks after 0. */
    private static final long START = 300 * TICK;
    /** Long enough to measure a rate: the first whole tick after 250 ms. */
    private static final long WINDOW = 8 * TICK;
    /** In a window, more than few and not so many that the tick becomes longer. */
    private static final int MANY = 200;
    /** In a tick, the same. */
    private static final int MANY_PER_TICK = 20;

    private final PollPace pace = new PollPace(START, Duration.ZERO, 0);

    @Test
    void doesNotRestWhileFewRecordsCome() {
        for (long now = START; now < START + 4 * WINDOW; now += 15 * MS) {
            assertThat(pace.restNanos(now)).isZero();
            assertThat(pace.timeout(now)).isEqualTo(PollPace.UNTIL_NEXT_RECORD);
            pace.polled(1, false, now);
            pace.polled(0, false, now);
        }
    }

    @Test
    void restsAfterTwoPollsOfOneLeaderUntilTheNextTick() {
        pace.polled(MANY, false, START + WINDOW);
        for (long tick = START + WINDOW + TICK; tick < START + 2 * WINDOW; tick += TICK) {
            assertThat(pace.restNanos(tick)).as("in the tick %s", tick).isZero();
            assertThat(pace.timeout(tick)).isEqualTo(PollPace.REST_OF_TICK);
            pace.polled(3, false, tick);
            assertThat(pace.restNanos(tick + MS)).as("the rest is not read").isZero();
            pace.polled(MANY_PER_TICK, false, tick + 2 * MS);
            assertThat(pace.restNanos(tick + 2 * MS)).isEqualTo(TICK - 2 * MS);
            assertThat(pace.restNanos(tick + TICK - 1)).as("after an early end of the rest").isEqualTo(1);
        }
    }

    @Test
    void ticksAreLongerTheMoreRecordsCome() {
        assertThat(tickNanos(PollPace.MANY_PER_SECOND - 100)).isEqualTo(TICK);
        assertThat(tickNanos(PollPace.MANY_PER_SECOND + 100)).isEqualTo(2 * TICK);
        assertThat(tickNanos(PollPace.VERY_MANY_PER_SECOND - 100)).isEqualTo(2 * TICK);
        assertThat(tickNanos(PollPace.VERY_MANY_PER_SECOND + 100)).isEqualTo(3 * TICK);
        assertThat(tickNanos(20 * PollPace.VERY_MANY_PER_SECOND)).isEqualTo(PollPace.LONGEST_TICK_NANOS);
    }

    /** Returns the interval between two ticks when records have arrived at a rate for a while. */
    private static long tickNanos(double perSecond) {
        PollPace pace = new PollPace(START, Duration.ZERO, 0);
        long read = START;
        long now = START;
        long[] ends = new long[2];
        while (now < START + 6 * WINDOW) {
            long rest = pace.restNanos(now);
            if (rest > 0) {
                now += rest;
                ends = new long[]{ends[1], now};
            } else {
                pace.polled((int) ((now - read) * perSecond / 1e9), false, now);
                read = now;
                now += MS;
            }
        }
        return ends[1] - ends[0];
    }

    @Test
    void ticksBeginLaterByTheLagAndAShareOfTheirDuration() {
        PollPace late = new PollPace(START, Duration.ofMillis(8), 1 / 3.0);
        long begins = 8 * MS + TICK / 3;
        late.polled(MANY, false, START + WINDOW);
        long now = START + WINDOW + TICK;
        late.restNanos(now);
        late.timeout(now);
        late.polled(MANY_PER_TICK, false, now);
        late.polled(0, false, now);
        assertThat(late.restNanos(now + begins - MS)).isEqualTo(MS);
        assertThat(late.restNanos(now + begins)).as("the tick has begun").isZero();
    }

    @Test
    void doesNotRestWhileThereIsMore() {
        for (int poll = 1; poll < 100; poll++) {
            long now = START + WINDOW + poll * MS;
            pace.polled(MANY, true, now);
            assertThat(pace.restNanos(now)).isZero();
        }
    }

    @Test
    void doesNotRestInATickThatHasBegunDuringThePolls() {
        pace.polled(MANY, false, START + WINDOW);
        assertThat(pace.restNanos(START + WINDOW)).isZero();
        pace.polled(MANY, false, START + WINDOW);
        pace.polled(0, false, START + WINDOW + TICK + MS);
        assertThat(pace.restNanos(START + WINDOW + TICK + MS)).isZero();
    }

    @Test
    void pollsWithoutRestAgainWhenTheLoadHasEnded() {
        pace.polled(MANY, false, START + WINDOW);
        assertThat(pace.restNanos(START + WINDOW)).isZero();
        pace.polled(0, false, START + WINDOW + MS);
        pace.polled(0, false, START + WINDOW + MS);
        assertThat(pace.restNanos(START + WINDOW + MS)).as("under load").isPositive();
        pace.polled(0, false, START + 2 * WINDOW + MS);
        assertThat(pace.restNanos(START + 2 * WINDOW + MS)).isZero();
        assertThat(pace.timeout(START + 2 * WINDOW + MS)).isEqualTo(PollPace.UNTIL_NEXT_RECORD);
    }

    /** Each further poll returns with the first broker that responds. */
    @Test
    void pollsAgainForEachLeader() {
        pace.leaders(3);
        pace.polled(MANY, false, START + WINDOW);
        long tick = START + WINDOW + TICK;
        for (int poll = 0; poll < 4; poll++) {
            assertThat(pace.restNanos(tick + poll * MS)).as("before poll %s", poll).isZero();
            assertThat(pace.timeout(tick + poll * MS))
                    .isEqualTo(PollPace.REST_OF_TICK.minusMillis(Math.max(0, poll - 1)));
            pace.polled(3, false, tick + poll * MS);
        }
        assertThat(pace.restNanos(tick + 4 * MS)).isEqualTo(TICK - 4 * MS);
    }

    @Test
    void brokersThatDoNotRespondDelayNoTick() {
        pace.leaders(3);
        pace.polled(MANY, false, START + WINDOW);
        long tick = START + WINDOW + TICK;
        pace.restNanos(tick);
        pace.polled(3, false, tick);
        assertThat(pace.timeout(tick + 9 * MS)).as("the second poll").isEqualTo(PollPace.REST_OF_TICK);
        pace.polled(0, false, tick + 14 * MS);
        assertThat(pace.restNanos(tick + 14 * MS)).isEqualTo(TICK - 14 * MS);
    }
}
