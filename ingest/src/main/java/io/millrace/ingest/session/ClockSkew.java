package io.millrace.ingest.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Measures how far the wall clock of this machine is ahead of the brokers' clocks: the difference between the time that this
 * process writes into its heartbeats and the time at which the partition leader appends them. A heartbeat that is
 * delayed on its way looks like a clock that is behind, so the greatest difference among the last 10 heartbeats counts.
 *
 * <p>Thread-safe.
 */
public final class ClockSkew {
    /**
     * A greater difference is logged. It exceeds both the delay of a heartbeat in normal operation and the error of a
     * clock under NTP.
     */
    static final long NOTABLE_MS = 2_000;
    /**
     * With a greater difference, publishers are refused: PROGRAM-DATE-TIME and the times of past media would be wrong,
     * and the Kafka timestamps of parts would be further off than readers of the past search.
     */
    static final long WRONG_MS = 300_000;
    private static final int HEARTBEATS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(ClockSkew.class);

    private final Deque<Long> differencesMs = new ArrayDeque<>();
    private boolean notable;

    /**
     * Handles a heartbeat of this process that was read.
     *
     * @param clockMs wall clock of this machine when the heartbeat was written, in ms since 1970
     * @param appendedAtMs the leader's clock when the heartbeat was appended, in ms since 1970
     */
    public synchronized void onHeartbeat(long clockMs, long appendedAtMs) {
        if (differencesMs.size() == HEARTBEATS) {
            differencesMs.removeFirst();
        }
        differencesMs.addLast(clockMs - appendedAtMs);
        long skewMs = skewMs();
        if (!notable && Math.abs(skewMs) > NOTABLE_MS) {
            notable = true;
            LOG.warn("the clock of this machine is {} ms {} the brokers' clock: synchronise the clocks (NTP)",
                    Math.abs(skewMs), skewMs > 0 ? "ahead of" : "behind");
        } else if (notable && Math.abs(skewMs) <= NOTABLE_MS / 2) {
            notable = false;
            LOG.info("the clock of this machine agrees with the brokers' clock again");
        }
    }

    /**
     * Returns by how many ms this machine's clock is ahead of the brokers' clock, negative if it is behind; 0 until the
     * first heartbeat was read.
     */
    public synchronized long skewMs() {
        return differencesMs.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Returns the brokers' time at {@code clockMs} of this machine's wall clock; both in ms since 1970. */
    public long brokerMs(long clockMs) {
        return clockMs - skewMs();
    }

    /** Returns {@link #skewMs} if it is too large for publishers to be accepted; empty otherwise. */
    public OptionalLong wrongMs() {
        long skewMs = skewMs();
        return Math.abs(skewMs) > WRONG_MS ? OptionalLong.of(skewMs) : OptionalLong.empty();
    }
}
