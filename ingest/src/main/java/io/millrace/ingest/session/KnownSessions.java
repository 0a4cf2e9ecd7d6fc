package io.millrace.ingest.session;

import io.millrace.platform.log.SessionNotice;
import io.millrace.platform.log.SessionNotice.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * The sessions of every stream as this node has read them in {@code sessions}. Detects encoders that take a stream over
 * from each other in turn, and finds the grace period of the epoch that a returning publisher joins.
 *
 * <p>Thread-safe: written by the feed, read for each publish. Bounded by the sessions that have no tombstone yet.
 */
public final class KnownSessions {
    /** Number of takeovers that are allowed within the window; the next takeover is refused. */
    private static final int TAKEOVERS_ALLOWED = 2;

    private static final class Known {
        private final NavigableMap<Long, SessionNotice> sessions = new TreeMap<>();
        private final Deque<Long> takeoversMs = new ArrayDeque<>();

        private boolean live() {
            return sessions.values().stream().anyMatch(n -> n.state() == State.LIVE);
        }
    }

    private final int flapWindowMs;
    private final Map<String, Known> streams = new HashMap<>();

    /** @param flapWindowMs the window: a third takeover of a stream within this time is refused */
    public KnownSessions(int flapWindowMs) {
        this.flapWindowMs = flapWindowMs;
    }

    /**
     * Handles a notice that was read. A session that a node claims for the same encoder again is not counted as a
     * takeover.
     *
     * @param history whether the notice was in the log when this process started; it is then not counted as a takeover,
     *        because its time is unknown
     * @param nowMs time of any monotonic clock of this process, which must be the same clock as in {@link #flaps}
     */
    public synchronized void onNotice(SessionNotice notice, boolean history, long nowMs) {
        Known known = streams.computeIfAbsent(notice.stream(), _ -> new Known());
        SessionNotice before = known.sessions.put(notice.session(), notice);
        boolean becameLive = notice.state() == State.LIVE && (before == null || before.state() == State.CLAIMED);
        if (becameLive && !history && known.sessions.headMap(notice.session()).values().stream()
                .anyMatch(n -> n.state() == State.LIVE && !n.encoder().equals(notice.encoder()))) {
            if (known.takeoversMs.size() == TAKEOVERS_ALLOWED) {
                known.takeoversMs.removeFirst();
            }
            known.takeoversMs.addLast(nowMs);
        }
    }

    /** Removes a session whose tombstone was read. */
    public synchronized void onTombstone(String stream, long session) {
        streams.computeIfPresent(stream, (_, known) -> {
            known.sessions.remove(session);
            return known.sessions.isEmpty() ? null : known;
        });
    }

    /** Returns whether {@code stream} is published or within its grace period. */
    public synchronized boolean has(String stream) {
        return streams.containsKey(stream);
    }

    /** Returns the greatest session number of {@code stream}, -1 if it has no session. */
    public synchronized long greatest(String stream) {
        Known known = streams.get(stream);
        return known == null ? -1 : known.sessions.lastKey();
    }

    /** Returns the number of sessions of {@code stream} that are claimed and have no packet yet. */
    public synchronized int claims(String stream) {
        Known known = streams.get(stream);
        return known == null
                ? 0
                : (int) known.sessions.values().stream().filter(n -> n.state() == State.CLAIMED).count();
    }

    /** Returns whether one more publisher would be the third to take {@code stream} over within the window. */
    public synchronized boolean flaps(String stream, long nowMs) {
        Known known = streams.get(stream);
        return known != null && known.live() && known.takeoversMs.size() == TAKEOVERS_ALLOWED
                && nowMs - known.takeoversMs.getFirst() < flapWindowMs;
    }

    /**
     * Returns the grace period, in ms, of the epoch that a publisher would join now; empty if the publisher would begin
     * an epoch.
     */
    public synchronized OptionalInt graceMs(String stream) {
        Known known = streams.get(stream);
        return known == null
                ? OptionalInt.empty()
                : known.sessions.values().stream().filter(n -> n.state() == State.LIVE || n.state() == State.ENDED)
                        .mapToInt(SessionNotice::graceMs).findFirst();
    }
}
