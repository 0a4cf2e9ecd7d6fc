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
 * What this node has read in {@code sessions} of every stream: enough to tell whether encoders throw each other out by
 * turns, and which grace a returning publisher joins.
 *
 * <p>Thread-safe: written by the feed, read once a publish. Bounded by the sessions that the topic has not forgotten.
 */
public final class KnownSessions {
    /** The third takeover within the window is refused. */
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

    public KnownSessions(int flapWindowMs) {
        this.flapWindowMs = flapWindowMs;
    }

    public synchronized void heard(SessionNotice notice) {
        Known known = streams.computeIfAbsent(notice.stream(), _ -> new Known());
        SessionNotice before = known.sessions.put(notice.session(), notice);
        boolean becameLive = notice.state() == State.LIVE && (before == null || before.state() == State.CLAIMED);
        if (becameLive && known.sessions.headMap(notice.session()).values().stream()
                .anyMatch(n -> n.state() == State.LIVE)) {
            if (known.takeoversMs.size() == TAKEOVERS_ALLOWED) {
                known.takeoversMs.removeFirst();
            }
            known.takeoversMs.addLast(notice.noticedAtMs());
        }
    }

    public synchronized void forgotten(String stream, long session) {
        streams.computeIfPresent(stream, (_, known) -> {
            known.sessions.remove(session);
            return known.sessions.isEmpty() ? null : known;
        });
    }

    /** Whether somebody publishes it, or has within grace. */
    public synchronized boolean has(String stream) {
        return streams.containsKey(stream);
    }

    /** Whether one more publisher would be the third to take the stream over within the window. */
    public synchronized boolean flaps(String stream, long nowMs) {
        Known known = streams.get(stream);
        return known != null && known.live() && known.takeoversMs.size() == TAKEOVERS_ALLOWED
                && nowMs - known.takeoversMs.getFirst() < flapWindowMs;
    }

    /** The grace of the epoch that a publisher would join now; empty if it would begin one. */
    public synchronized OptionalInt graceMs(String stream) {
        Known known = streams.get(stream);
        return known == null
                ? OptionalInt.empty()
                : known.sessions.values().stream().filter(n -> n.state() == State.LIVE || n.state() == State.ENDED)
                        .mapToInt(SessionNotice::graceMs).findFirst();
    }
}
