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
    /**
     * Time after which an end that was not reached is queried again, because the log may have lost the records before
     * it.
     */
    private static final long PROOF_MS = 10_000;

    private final LeaseTable leases;
    /** End of the partition when it was assigned. */
    private long historyEnd = UNKNOWN;
    private boolean caughtUp;
    private boolean outOfReach;
    /**
     * End of the partition when a step was last found due, or {@link #UNKNOWN}. Notices that were late but written in
     * time are before this offset.
     */
    private long proofEnd = UNKNOWN;
    /** Time before that end was queried; the steps that were due then may be taken. */
    private long proofAtMs;

    public OwnedPartition(LeaseTable leases) {
        this.leases = leases;
    }

    /**
     * Handles a notice that was read.
     *
     * @param ageMs time since the leader appended the notice, 0 or more; ignored once the partition has caught up
     * @param nowMs monotonic clock, as in all methods of this class
     */
    public void onNotice(SessionNotice notice, long ageMs, long nowMs) {
        leases.onNotice(notice, caughtUp ? 0 : ageMs, nowMs);
    }

    /** Removes a session whose tombstone was read. */
    public void onTombstone(String stream, long session) {
        leases.onTombstone(stream, session);
    }

    /** Returns whether the caller must query the end of the partition and pass it to {@link #historyEndsAt}. */
    public boolean needsHistoryEnd() {
        return historyEnd == UNKNOWN;
    }

    /** Sets the end that the partition had when it was assigned. */
    public void historyEndsAt(long offset) {
        historyEnd = offset;
    }

    /**
     * Renews all leases once, as soon as the partition has been read up to the end that it had when it was assigned.
     *
     * @param hasRead returns whether the partition was read up to an offset
     */
    public void catchUp(LongPredicate hasRead, long nowMs) {
        if (!caughtUp && historyEnd != UNKNOWN && hasRead.test(historyEnd)) {
            caughtUp = true;
            leases.renew(nowMs);
        }
    }

    /**
     * Returns whether a step is due and the caller must query the end of the partition and pass it to {@link #endsAt}
     * before the step may be taken.
     */
    public boolean needsProof(long nowMs) {
        return caughtUp && (proofEnd == UNKNOWN || nowMs - proofAtMs > PROOF_MS) && leases.isDue(nowMs);
    }

    /**
     * Sets the current end of the partition, up to which the partition has to be read before a step is taken.
     *
     * @param atMs time at which the query began
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

    /** Reports that the partition's leader has answered a query. */
    public void markReachable() {
        outOfReach = false;
    }

    /**
     * Renews all leases, because the partition's leader has not answered a query: the partition is unavailable to this
     * node, and so possibly to the nodes that should have written notices.
     *
     * @return whether the partition was available until now
     */
    public boolean markUnreachable(long nowMs) {
        leases.renew(nowMs);
        boolean first = !outOfReach;
        outOfReach = true;
        return first;
    }
}
