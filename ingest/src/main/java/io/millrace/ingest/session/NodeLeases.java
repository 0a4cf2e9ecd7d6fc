package io.millrace.ingest.session;

import java.util.HashMap;
import java.util.Map;

/**
 * Decides which ingest processes are silent, by the order of the heartbeats of all processes in one partition.
 *
 * <p>Time is measured by the number of this process's own heartbeats that it has read in that partition. Another
 * process is silent if this process has written and read a whole lease of heartbeats, and there is no heartbeat of the
 * other process between them. While the partition accepts no records, or this process cannot write or read it, time
 * stands still and no process becomes silent. No clock is involved: heartbeats are at least an interval apart because
 * no process writes its next heartbeat earlier.
 *
 * <p>Thread-safe: one feed writes, owners of partitions read.
 */
public final class NodeLeases {
    /** A process is forgotten after it was silent for this many leases, which bounds the number of processes. */
    private static final int LEASES_REMEMBERED = 100;

    private final long self;
    private final int leaseBeats;
    /** By process, {@link #beats} when its latest heartbeat was read. */
    private final Map<Long, Long> heardAt = new HashMap<>();
    private long beats;

    /**
     * @param self number of this process
     * @param leaseBeats number of own heartbeats for which another process may be silent
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
     * Returns whether {@code process} has been silent for more than a lease; false for this process.
     *
     * @param sinceBeat value of {@link #beats} at another sign of life, or when the process last got a full lease
     */
    public synchronized boolean isSilent(long process, long sinceBeat) {
        return process != self && beats - Math.max(sinceBeat, heardAt.getOrDefault(process, sinceBeat)) > leaseBeats;
    }
}
