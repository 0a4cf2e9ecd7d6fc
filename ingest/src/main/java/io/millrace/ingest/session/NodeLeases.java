package io.millrace.ingest.session;

import java.util.HashMap;
import java.util.Map;

/**
 * Decides which ingest processes are silent, by the order of the heartbeats of all processes in one partition.
 *
 * <p>The time is the number of this process's own heartbeats that it has read there. Another process is silent if this one
 * has written and read a whole lease of heartbeats, and none of the other one is between them. While that partition accepts
 * no records, or this process cannot write or read it, time stands still, and nobody is silent. No clock is involved:
 * heartbeats are an interval apart because no process writes its next one earlier.
 *
 * <p>Thread-safe: one feed writes, owners of partitions read.
 */
public final class NodeLeases {
    /** Processes are forgotten after this many leases, which bounds their number. */
    private static final int LEASES_REMEMBERED = 100;

    private final long self;
    private final int leaseBeats;
    private final Map<Long, Long> heardAt = new HashMap<>();
    private long beats;

    /**
     * @param self number of this process
     * @param leaseBeats own heartbeats for which another process may be silent
     */
    public NodeLeases(long self, int leaseBeats) {
        this.self = self;
        this.leaseBeats = leaseBeats;
    }

    /** Handles a heartbeat that was read, of any process. */
    public synchronized void onHeartbeat(long process) {
        if (process == self) {
            beats++;
            heardAt.values().removeIf(at -> beats - at > (long) LEASES_REMEMBERED * leaseBeats);
        } else {
            heardAt.put(process, beats);
        }
    }

    /** Returns the number of own heartbeats that were read. */
    public synchronized long beats() {
        return beats;
    }

    /**
     * Returns whether {@code process} has been silent for more than a lease.
     *
     * @param sinceBeat value of {@link #beats} when there was another sign of life, or when it was last excused
     */
    public synchronized boolean isSilent(long process, long sinceBeat) {
        return process != self && beats - Math.max(sinceBeat, heardAt.getOrDefault(process, sinceBeat)) > leaseBeats;
    }
}
