package io.millrace.platform.kafka;

import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;

/**
 * Decides how long a consumer's owner waits before and during a poll. A fetch costs both ends almost as much with one record as
 * with a hundred, and so do waking the owner and writing what follows from the records. While many records arrive, the
 * owner therefore polls a few times per tick and then rests until the next one: the first poll returns the responses to
 * fetches that have been open since the last tick, with the first records after it; each of the others returns the rest
 * of one broker. The more records arrive, the longer is the tick, up to {@link #LONGEST_TICK_NANOS}. While few arrive,
 * the owner polls without a rest, and a record is read as it arrives.
 *
 * <p>Pure: time is an argument. Confined to one thread.
 */
public final class PollPace {
    /** The shortest tick. It equals the longest tick of ingest's event loops ({@code ReadPace}). */
    static final long TICK_NANOS = 33_000_000;
    /** Time after the start of a tick within which packets that ingest has read in the previous tick are in the log. */
    public static final Duration INGEST_LAG = Duration.ofMillis(8);
    /** The longest tick, a fifth of the default duration of a part. */
    static final long LONGEST_TICK_NANOS = 3 * TICK_NANOS;
    /** About twenty publishers send this many packets per second. Above, ticks have twice the shortest duration. */
    static final double MANY_PER_SECOND = 1_500;
    /** About forty publishers. Above, ticks have the longest duration. */
    static final double VERY_MANY_PER_SECOND = 3_000;
    /** The most records that one poll may return. */
    public static final int MOST_RECORDS = 500;
    /** How long the brokers may take, all together, to answer fetches for records that they have. */
    static final Duration REST_OF_TICK = Duration.ofMillis(5);
    static final Duration UNTIL_NEXT_RECORD = Duration.ofMillis(200);

    private final long lagNanos;
    private final double shareOfTick;
    private final RecordRate rate;
    private final RecordRate many;
    private final RecordRate veryMany;
    private long records;
    /** The duration of a tick, 0 while few records arrive. */
    private long tickNanos;
    private boolean readsBacklog;
    private int leaders = 1;
    private long tick;
    /** In this tick. */
    private int polls;
    private long restOfTickEndsNanos;

    /**
     * A tick begins later than a multiple of its duration by {@code lag} and a share of its duration: the time in which
     * the records of the stages before, whose ticks begin earlier, arrive.
     *
     * @param shareOfTick 0 to 1
     */
    public PollPace(long nowNanos, Duration lag, double shareOfTick) {
        lagNanos = lag.toNanos();
        this.shareOfTick = shareOfTick;
        rate = new RecordRate(RecordRate.FEW_PACKETS_PER_SECOND, nowNanos);
        many = new RecordRate(MANY_PER_SECOND, nowNanos);
        veryMany = new RecordRate(VERY_MANY_PER_SECOND, nowNanos);
    }

    /**
     * Takes the number of brokers that lead partitions of the consumer. A poll may return as soon as one of them has
     * answered.
     */
    public void leaders(int count) {
        leaders = count;
    }

    /** Takes the records that a poll of {@code consumer} returned. */
    public void polled(ConsumerRecords<?, ?> returned, Consumer<?, ?> consumer, long nowNanos) {
        polled(returned.count(), returned.partitions().stream()
                .anyMatch(partition -> consumer.currentLag(partition).orElse(0) > 0), nowNanos);
    }

    /**
     * Takes the number of records that a poll returned.
     *
     * @param more whether the log has more records of the same partitions: the poll was limited in number, or its fetch in
     *     bytes. Then the owner does not rest
     */
    void polled(int count, boolean more, long nowNanos) {
        records += count;
        tickNanos = tickNanos(nowNanos);
        readsBacklog = more;
        polls++;
    }

    private long tickNanos(long nowNanos) {
        boolean isHigh = rate.isHigh(records, nowNanos);
        boolean isHigher = many.isHigh(records, nowNanos);
        boolean isHighest = veryMany.isHigh(records, nowNanos);
        return isHighest ? LONGEST_TICK_NANOS : isHigher ? 2 * TICK_NANOS : isHigh ? TICK_NANOS : 0;
    }

    /** Returns how long to rest before the next poll, 0 to poll at once. */
    public long restNanos(long nowNanos) {
        if (tickNanos == 0) {
            return 0;
        }
        long sinceNanos = nowNanos - lagNanos - (long) (shareOfTick * tickNanos);
        long now = Math.floorDiv(sinceNanos, tickNanos);
        if (now != tick) {
            tick = now;
            polls = 0;
        }
        return !readsBacklog && hasReadTick(nowNanos) ? tickNanos - Math.floorMod(sinceNanos, tickNanos) : 0;
    }

    private boolean hasReadTick(long nowNanos) {
        return polls > leaders || polls > 1 && nowNanos - restOfTickEndsNanos >= 0;
    }

    /** Returns how long the next poll, which begins now, may wait for a record. */
    public Duration timeout(long nowNanos) {
        if (tickNanos == 0) {
            return UNTIL_NEXT_RECORD;
        }
        if (polls <= 1) {
            restOfTickEndsNanos = nowNanos + REST_OF_TICK.toNanos();
        }
        return Duration.ofNanos(Math.max(0, restOfTickEndsNanos - nowNanos));
    }
}
