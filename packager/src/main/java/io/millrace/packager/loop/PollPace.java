package io.millrace.packager.loop;

import io.millrace.platform.kafka.RecordRate;
import java.time.Duration;

/**
 * How long the packager waits before and during a poll. A fetch costs both ends almost as much with one record as with a
 * hundred, and so does waking the workers. While many records come, the loop therefore polls twice per tick and then rests
 * until the next one: the first poll returns the response to a fetch that has been open since the last tick, with the first
 * records after it; the second returns the rest. While few come, it polls without a rest, and a record is read as it
 * arrives.
 *
 * <p>Pure: time is an argument. Confined to the loop.
 */
final class PollPace {
    /** The longest tick of ingest's event loops ({@code ReadPace}): more often, there would be little to gather. */
    static final long TICK_NANOS = 33_000_000;
    /** The most records that one poll returns. With so many, there are probably more, and the loop does not rest. */
    static final int MOST_RECORDS = 500;
    /** How long a broker may take to answer a fetch for records that it has. */
    static final Duration REST_OF_TICK = Duration.ofMillis(5);
    static final Duration UNTIL_NEXT_RECORD = Duration.ofMillis(200);

    private static final int POLLS_PER_TICK = 2;

    private final RecordRate rate;
    private long records;
    private boolean gathers;
    private boolean readsBacklog;
    private long tick;
    private int polls;

    PollPace(long nowNanos) {
        rate = new RecordRate(RecordRate.FEW_PACKETS_PER_SECOND, nowNanos);
        tick = Math.floorDiv(nowNanos, TICK_NANOS);
    }

    /** Takes the number of records that a poll returned. */
    void polled(int count, long nowNanos) {
        records += count;
        gathers = rate.isHigh(records, nowNanos);
        readsBacklog = count >= MOST_RECORDS;
        polls++;
    }

    /** Returns how long to rest before the next poll, 0 for not at all. */
    long restNanos(long nowNanos) {
        long now = Math.floorDiv(nowNanos, TICK_NANOS);
        if (now != tick) {
            tick = now;
            polls = 0;
        }
        return gathers && !readsBacklog && polls >= POLLS_PER_TICK
                ? TICK_NANOS - Math.floorMod(nowNanos, TICK_NANOS)
                : 0;
    }

    /** Returns how long the next poll may wait for a record. */
    Duration timeout() {
        return gathers ? REST_OF_TICK : UNTIL_NEXT_RECORD;
    }
}
