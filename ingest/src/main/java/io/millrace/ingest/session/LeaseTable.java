package io.millrace.ingest.session;

import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionNotice.State;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The sessions of one partition of {@code sessions} as the partition's owner knows them, and the steps that are due:
 * ending the sessions of silent nodes, declaring grace periods over, and removing sessions. The table decides only by
 * the records that were read and by the time that callers pass, and learns that a step was taken by reading the step's
 * notice. So the next owner of the partition continues where this owner stopped, and a step that is taken twice changes
 * nothing.
 *
 * <p>A session is silent when its process is silent ({@link NodeLeases}). The nodes of sessions of version 1 repeat the
 * notices instead; such a session is silent when its notice was not repeated for a lease.
 *
 * <p>Confined to one thread. Times are ms of one monotonic clock of this process.
 */
public final class LeaseTable {
    /** Records that must be written. */
    public sealed interface Step {
        /** Write {@code SessionEnded} with the reason suspected, then the notice {@link State#ENDED}. */
        record Suspect(SessionNotice session) implements Step {}

        /**
         * Write the notice {@link State#OVER}. The notice is final: the session's node writes no more packets for the
         * session.
         */
        record EndGrace(SessionNotice session) implements Step {}

        /** Write {@code GraceOver}, then the tombstone. */
        record Forget(SessionNotice session) implements Step {}
    }

    private static final class Lease {
        private SessionNotice notice;
        /** Time of the latest notice or renewal. */
        private long noticeAtMs;
        /** {@link NodeLeases#beats} at that time. */
        private long noticeAtBeat;
        /** When the notice {@link State#ENDED} was appended, as far as this process can tell. */
        private long endedAtMs;
        /** Whether {@link #due} has returned a step whose notice was not read yet. */
        private boolean stepTaken;
        /** When {@link #due} last returned a step. */
        private long stepAtMs;

        private State state() {
            return notice.state();
        }
    }

    private final int leaseMs;
    private final NodeLeases nodes;
    private final Map<String, NavigableMap<Long, Lease>> streams = new HashMap<>();

    /**
     * @param leaseMs time after which a step is repeated whose notice was not read; also the time for which a session
     *        of version 1 may be silent
     * @param nodes decides which processes are silent
     */
    public LeaseTable(int leaseMs, NodeLeases nodes) {
        this.leaseMs = leaseMs;
        this.nodes = nodes;
    }

    /**
     * Adds a notice that was read.
     *
     * @param ageMs time since the leader appended the notice, if the notice may have been written before the partition
     *        was assigned; 0 for a new notice
     */
    public void onNotice(SessionNotice notice, long ageMs, long nowMs) {
        Lease lease = streams.computeIfAbsent(notice.stream(), _ -> new TreeMap<>()).computeIfAbsent(notice.session(),
                _ -> new Lease());
        State before = lease.notice == null ? null : lease.state();
        excuse(lease, nowMs);
        if (before == State.OVER) {
            // A notice that a node wrote before it read of the end does not revive the session.
            return;
        }
        if (notice.state() == State.ENDED && before != State.ENDED) {
            lease.endedAtMs = nowMs - ageMs;
        }
        lease.stepTaken &= notice.state() == before;
        lease.notice = notice;
    }

    /** Removes a session whose tombstone was read. */
    public void onTombstone(String stream, long session) {
        streams.computeIfPresent(stream, (_, sessions) -> {
            sessions.remove(session);
            return sessions.isEmpty() ? null : sessions;
        });
    }

    /**
     * Gives every session a full lease. The owner must call this when it has caught up, and after it could not read for
     * some time.
     */
    public void renew(long nowMs) {
        streams.values().forEach(sessions -> sessions.values().forEach(lease -> excuse(lease, nowMs)));
    }

    /** Returns whether {@link #due} would return any step. */
    public boolean isDue(long nowMs) {
        return !find(nowMs).isEmpty();
    }

    /** Returns the steps that are due and that no call has returned within the last lease, and marks them as taken. */
    public List<Step> due(long nowMs) {
        Map<Lease, Step> found = find(nowMs);
        found.keySet().forEach(lease -> {
            lease.stepTaken = true;
            lease.stepAtMs = nowMs;
        });
        return List.copyOf(found.values());
    }

    /** Returns the number of sessions. */
    public int size() {
        return streams.values().stream().mapToInt(Map::size).sum();
    }

    private Map<Lease, Step> find(long nowMs) {
        Map<Lease, Step> found = new LinkedHashMap<>();
        streams.values().forEach(sessions -> find(sessions, nowMs, found));
        return found;
    }

    private void find(NavigableMap<Long, Lease> sessions, long nowMs, Map<Lease, Step> found) {
        long greatestLive = greatestLive(sessions);
        sessions.forEach((session, lease) -> {
            Step step = step(lease, session < greatestLive, nowMs);
            if (step != null && !(lease.stepTaken && nowMs - lease.stepAtMs < leaseMs)) {
                found.put(lease, step);
            }
        });
    }

    /**
     * Returns the due step of a session, or null.
     *
     * @param superseded whether a greater session is live; this session is then over as soon as its node has ended it
     *        or is silent
     */
    private Step step(Lease lease, boolean superseded, long nowMs) {
        return switch (lease.state()) {
            case CLAIMED, LIVE -> !silent(lease, nowMs)
                    ? null
                    : superseded ? new Step.EndGrace(lease.notice) : new Step.Suspect(lease.notice);
            case ENDED -> superseded || nowMs - lease.endedAtMs >= lease.notice.graceMs()
                    ? new Step.EndGrace(lease.notice)
                    : null;
            case OVER -> new Step.Forget(lease.notice);
        };
    }

    private boolean silent(Lease lease, long nowMs) {
        long process = lease.notice.process();
        return process == SessionNotice.NO_PROCESS
                ? nowMs - lease.noticeAtMs > leaseMs
                : nodes.isSilent(process, lease.noticeAtBeat);
    }

    private void excuse(Lease lease, long nowMs) {
        lease.noticeAtMs = nowMs;
        lease.noticeAtBeat = nodes.beats();
    }

    private static long greatestLive(NavigableMap<Long, Lease> sessions) {
        for (var entry : sessions.descendingMap().entrySet()) {
            if (entry.getValue().state() == State.LIVE) {
                return entry.getKey();
            }
        }
        return -1;
    }
}
