package io.millrace.ingest.session;

import io.millrace.platform.log.SessionNotice;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * One owned partition of {@code sessions}: its leases, and the offset up to which it has to be read before a step may
 * be taken. Confined to one thread.
 */
public final class OwnedPartition {
    private static final long UNKNOWN = -1;
    /** An end that was not reached by then may be one of records that the log has lost since. */
    private static final long PROOF_MS = 10_000;

    private final LeaseTable leases;
    /** End of the partition when it was assigned. */
    private long historyEnd = UNKNOWN;
    private boolean caughtUp;
    private boolean outOfReach;
    /** End of the partition when a step was last found due; late heartbeats are before this offset. */
    private long proofEnd = UNKNOWN;
    private long proofAtMs;

    public OwnedPartition(LeaseTable leases) {
        this.leases = leases;
    }

    /**
     * Handles a notice that was read.
     *
     * @param ageMs time since the leader appended it, 0 or more
     */
    public void onNotice(SessionNotice notice, long ageMs, long nowMs) {
        leases.onNotice(notice, caughtUp ? 0 : ageMs, nowMs);
    }

    public void onTombstone(String stream, long session) {
        leases.onTombstone(stream, session);
    }

    public boolean needsHistoryEnd() {
        return historyEnd == UNKNOWN;
    }

    public void historyEndsAt(long offset) {
        historyEnd = offset;
    }

    /**
     * Renews all leases once the partition has been read up to the end that it had when it was assigned.
     *
     * @param hasRead returns whether the partition was read up to an offset
     */
    public void catchUp(LongPredicate hasRead, long nowMs) {
        if (!caughtUp && historyEnd != UNKNOWN && hasRead.test(historyEnd)) {
            caughtUp = true;
            leases.renew(nowMs);
        }
    }

    /** Returns whether a step is due and the end of the partition must be queried before it may be taken. */
    public boolean needsProof(long nowMs) {
        return caughtUp && (proofEnd == UNKNOWN || nowMs - proofAtMs > PROOF_MS) && leases.isDue(nowMs);
    }

    /**
     * Sets the end of the partition, up to which it has to be read before a step is taken.
     *
     * @param atMs time before the end was queried
     */
    public void endsAt(long offset, long atMs) {
        proofEnd = offset;
        proofAtMs = atMs;
    }

    /**
     * Returns the steps that were due when the end was queried, if the partition has been read up to that end. Later
     * records are not waited for, because heartbeats never stop.
     *
     * @param hasRead returns whether the partition was read up to an offset
     */
    public List<LeaseTable.Step> due(LongPredicate hasRead) {
        if (proofEnd == UNKNOWN || !hasRead.test(proofEnd)) {
            return List.of();
        }
        proofEnd = UNKNOWN;
        return leases.due(proofAtMs);
    }

    public void reached() {
        outOfReach = false;
    }

    /**
     * Renews all leases, because the partition has no leader: it is unavailable to this node, and so possibly to the
     * nodes that should have written heartbeats.
     *
     * @return whether the partition was available before
     */
    public boolean notReached(long nowMs) {
        leases.renew(nowMs);
        boolean first = !outOfReach;
        outOfReach = true;
        return first;
    }
}
