package io.millrace.packager.loop;

import io.millrace.platform.kafka.RecordRate;
import java.time.Duration;

/**
 * How long the packager waits before and during a poll. A fetch costs both ends almost as much with one record as with
 * a hundred, and so does waking the workers. While many records arrive, the loop therefore polls a few times per tick
 * and then rests until the next one: the first poll returns the responses to fetches that have been open since the last
 * tick, with the first records after it; each of the others returns the rest of one broker. While few arrive, it polls
 * without a rest, and a record is read as it arrives.
 *
 * <p>Pure: time is an argument. Confined to the loop.
 */
final class PollPace {
    /** The longest tick of ingest's event loops ({@code ReadPace}): more often, there would be little to gather. */
    static final long TICK_NANOS = 33_000_000;
    /** The most records that one poll returns. With so many, there are probably more, and the loop does not rest. */
    static final int MOST_RECORDS = 500;
    /** How long the brokers may take, all together, to answer fetches for records that they have. */
    static final Duration REST_OF_TICK = Duration.ofMillis(5);
    static final Duration UNTIL_NEXT_RECORD = Duration.ofMillis(200);

    private final RecordRate rate;
    private long records;
    private boolean gathers;
    private boolean readsBacklog;
    private int leaders = 1;
    private long tick;
    /** In this tick. */
    private int polls;
    private long restOfTickEndsNanos;

    PollPace(long nowNanos) {
        rate = new RecordRate(RecordRate.FEW_PACKETS_PER_SECOND, nowNanos);
        tick = Math.floorDiv(nowNanos, TICK_NANOS);
    }

    /**
     * Takes the number of brokers that lead partitions of the loop. A poll may return as soon as one of them has
     * answered.
     */
    void leaders(int count) {
        leaders = count;
    }

    /** Takes the number of records that a poll returned. */
    void polled(int count, long nowNanos) {
        records += count;
        gathers = rate.isHigh(records, nowNanos);
        readsBacklog = count >= MOST_RECORDS;
        polls++;
    }

    /** Returns how long to rest before the next poll, 0 to poll at once. */
    long restNanos(long nowNanos) {
        long now = Math.floorDiv(nowNanos, TICK_NANOS);
        if (now != tick) {
            tick = now;
            polls = 0;
        }
        return gathers && !readsBacklog && hasReadTick(nowNanos)
                ? TICK_NANOS - Math.floorMod(nowNanos, TICK_NANOS)
                : 0;
    }

    private boolean hasReadTick(long nowNanos) {
        return polls > leaders || polls > 1 && nowNanos - restOfTickEndsNanos >= 0;
    }

    /** Returns how long the next poll, which begins now, may wait for a record. */
    Duration timeout(long nowNanos) {
        if (!gathers) {
            return UNTIL_NEXT_RECORD;
        }
        if (polls <= 1) {
            restOfTickEndsNanos = nowNanos + REST_OF_TICK.toNanos();
        }
        return Duration.ofNanos(Math.max(0, restOfTickEndsNanos - nowNanos));
    }
}
