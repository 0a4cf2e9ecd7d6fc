package io.millrace.ingest.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the wall clock of this machine is ahead of the brokers' clocks: the difference between the time that this process
 * writes into its heartbeats and the time at which their leader appends them. A heartbeat that is delayed on its way looks
 * like a clock that is behind, so the greatest difference of the last heartbeats counts.
 *
 * <p>Thread-safe.
 */
public final class ClockSkew {
    /** More than the delay of a heartbeat in normal operation, and than NTP leaves. */
    static final long NOTABLE_MS = 2_000;
    /**
     * With a greater difference, PROGRAM-DATE-TIME and the times of the past are wrong, and the Kafka timestamps of parts
     * are off by more than readers of the past search.
     */
    static final long WRONG_MS = 300_000;
    private static final int HEARTBEATS = 10;
    private static final Logger LOG = LoggerFactory.getLogger(ClockSkew.class);

    private final Deque<Long> differencesMs = new ArrayDeque<>();
    private boolean notable;

    /**
     * Handles a heartbeat of this process that was read.
     *
     * @param clockMs wall clock of this machine when it was written
     * @param appendedAtMs clock of the leader when it was appended
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

    /** Returns by how many ms this machine's clock is ahead, negative if it is behind; 0 while it is not known. */
    public synchronized long skewMs() {
        return differencesMs.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Returns the brokers' time, ms since 1970. */
    public long brokerMs(long clockMs) {
        return clockMs - skewMs();
    }

    /** Returns the difference if it is too large for publishers to be accepted; empty otherwise. */
    public OptionalLong wrongMs() {
        long skewMs = skewMs();
        return Math.abs(skewMs) > WRONG_MS ? OptionalLong.of(skewMs) : OptionalLong.empty();
    }
}
