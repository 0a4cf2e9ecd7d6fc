package io.millrace.packager.loop;

import io.millrace.platform.kafka.RecordRate;
import java.time.Duration;

/**
 * How long the packager waits before and during a poll. A fetch costs both ends almost as much with one record as with a
 * hundred, and so does waking the workers. While many records come, the loop therefore reads them per tick: at a tick it
 * polls until everything is read, and then rests until the next one. While few come, it polls without a rest, and a record
 * is read as it arrives.
 *
 * <p>Pure: time is an argument. Confined to the loop.
 */
final class PollPace {
    /** The longest tick of ingest's event loops ({@code ReadPace}): more often, there would be nothing to gather. */
    static final long TICK_NANOS = 33_000_000;
    /** How long a broker may take to answer a fetch for records that it has. */
    static final Duration REST_OF_TICK = Duration.ofMillis(5);
    static final Duration UNTIL_NEXT_RECORD = Duration.ofMillis(200);

    private final RecordRate rate;
    private long records;
    private boolean gathers;
    private boolean hasReadAll;
    private long tick;

    PollPace(long nowNanos) {
        rate = new RecordRate(RecordRate.FEW_PACKETS_PER_SECOND, nowNanos);
        tick = Math.floorDiv(nowNanos, TICK_NANOS);
    }

    /** Takes the number of records that a poll returned. */
    void polled(int count, long nowNanos) {
        records += count;
        gathers = rate.isHigh(records, nowNanos);
        hasReadAll = count == 0;
    }

    /** Returns how long to rest before the next poll, 0 for not at all. */
    long restNanos(long nowNanos) {
        long now = Math.floorDiv(nowNanos, TICK_NANOS);
        if (!gathers || !hasReadAll || now > tick) {
            tick = now;
            return 0;
        }
        return TICK_NANOS - Math.floorMod(nowNanos, TICK_NANOS);
    }

    /** Returns how long the next poll may wait for a record. */
    Duration timeout() {
        return gathers ? REST_OF_TICK : UNTIL_NEXT_RECORD;
    }
}
