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
 * What the owner of one partition of {@code sessions} knows of its sessions, and what is due: to end those whose node is
 * silent, to declare grace over, to forget. It decides by what it has read and by the time it is given, and learns that a
 * step was taken by reading the notice of it; so whoever owns the partition next goes on where this one stopped, and a
 * step that is taken twice changes nothing.
 *
 * <p>Confined to one thread. Times are ms of one steady clock of this process, close to the wall clock.
 */
public final class LeaseTable {
    /** Something to be written. */
    public sealed interface Step {
        /** {@code SessionEnded} by suspicion, then the notice {@link State#ENDED}. */
        record Suspect(SessionNotice session) implements Step {}

        /** {@code GraceOver}, then the notice {@link State#OVER}. */
        record EndGrace(SessionNotice session) implements Step {}

        /** A tombstone. */
        record Forget(SessionNotice session) implements Step {}
    }

    private static final class Lease {
        private SessionNotice notice;
        private long heardAtMs;
        private long endedAtMs;
        private boolean stepTaken;
        private long stepAtMs;

        private State state() {
            return notice.state();
        }
    }

    private final int leaseMs;
    private final Map<String, NavigableMap<Long, Lease>> streams = new HashMap<>();

    /** @param leaseMs how long a session may be silent; also how long a step may take before it is taken again */
    public LeaseTable(int leaseMs) {
        this.leaseMs = leaseMs;
    }

    /**
     * A notice was read.
     *
     * @param history whether it was written before this table's owner came; then its own stamp says when it ended
     */
    public void heard(SessionNotice notice, boolean history, long nowMs) {
        Lease lease = streams.computeIfAbsent(notice.stream(), _ -> new TreeMap<>()).computeIfAbsent(notice.session(),
                _ -> new Lease());
        State before = lease.notice == null ? null : lease.state();
        lease.heardAtMs = nowMs;
        if (before == State.OVER) {
            // What a node writes before it reads of the end does not bring the session back.
            return;
        }
        if (notice.state() == State.ENDED && before != State.ENDED) {
            lease.endedAtMs = history ? Math.min(notice.noticedAtMs(), nowMs) : nowMs;
        }
        lease.stepTaken &= notice.state() == before;
        lease.notice = notice;
    }

    /** A tombstone was read. */
    public void forgotten(String stream, long session) {
        streams.computeIfPresent(stream, (_, sessions) -> {
            sessions.remove(session);
            return sessions.isEmpty() ? null : sessions;
        });
    }

    /** Gives every session a full lease: the reader has just come, or could not read for a while. */
    public void renew(long nowMs) {
        streams.values().forEach(sessions -> sessions.values().forEach(lease -> lease.heardAtMs = nowMs));
    }

    /** Whether {@link #due} has a step. */
    public boolean isDue(long nowMs) {
        return !find(nowMs).isEmpty();
    }

    /** The steps that are due and were not taken within the last lease; counts them as taken. */
    public List<Step> due(long nowMs) {
        Map<Lease, Step> found = find(nowMs);
        found.keySet().forEach(lease -> {
            lease.stepTaken = true;
            lease.stepAtMs = nowMs;
        });
        return List.copyOf(found.values());
    }

    public int size() {
        return streams.values().stream().mapToInt(Map::size).sum();
    }

    private Map<Lease, Step> find(long nowMs) {
        Map<Lease, Step> found = new LinkedHashMap<>();
        streams.values().forEach(sessions -> find(sessions, nowMs, found));
        return found;
    }

    private void find(NavigableMap<Long, Lease> sessions, long nowMs, Map<Lease, Step> found) {
        long greatestLive = greatest(sessions, State.LIVE);
        long greatestOver = greatest(sessions, State.OVER);
        sessions.forEach((session, lease) -> {
            Step step = session <= greatestOver
                    ? new Step.Forget(lease.notice)
                    : session < greatestLive ? supersededStep(lease, nowMs) : step(lease, nowMs);
            if (step != null && !(lease.stepTaken && nowMs - lease.stepAtMs < leaseMs)) {
                found.put(lease, step);
            }
        });
    }

    /** A greater session is live: this one is over without a word, once its own node has let go of it or is dead. */
    private Step supersededStep(Lease lease, long nowMs) {
        return lease.state() == State.ENDED || silent(lease, nowMs) ? new Step.Forget(lease.notice) : null;
    }

    private Step step(Lease lease, long nowMs) {
        return switch (lease.state()) {
            case CLAIMED, LIVE -> silent(lease, nowMs) ? new Step.Suspect(lease.notice) : null;
            case ENDED -> nowMs - lease.endedAtMs >= lease.notice.graceMs() ? new Step.EndGrace(lease.notice) : null;
            case OVER -> new Step.Forget(lease.notice);
        };
    }

    private boolean silent(Lease lease, long nowMs) {
        return nowMs - lease.heardAtMs > leaseMs;
    }

    private static long greatest(NavigableMap<Long, Lease> sessions, State state) {
        for (var entry : sessions.descendingMap().entrySet()) {
            if (entry.getValue().state() == state) {
                return entry.getKey();
            }
        }
        return -1;
    }
}
