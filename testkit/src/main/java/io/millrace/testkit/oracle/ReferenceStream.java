package io.millrace.testkit.oracle;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Sessions and epochs of one stream as {@code docs/architecture.md} describes them: what each record of {@code packets} means,
 * in log order.
 */
final class ReferenceStream {
    enum State { NONE, LIVE, GRACE, ENDED }

    /** The fate of a packet. */
    enum Fate {
        SHOWN,
        /** A greater session has taken over. */
        LESSER_SESSION,
        /** The grace period of its session is over. */
        GRACE_IS_OVER,
        /** Its session has ended without a packet. */
        SESSION_HAS_ENDED, REPEATED, NEVER_CLAIMED
    }

    static final long NONE = -1;

    private final Map<Long, Integer> connections = new HashMap<>();
    /** Claims that have not taken over and may still do so. */
    private final Set<Long> pending = new HashSet<>();
    private final Set<Long> declaredOver = new HashSet<>();
    private State state = State.NONE;
    private long epoch = NONE;
    private long session = NONE;
    private long lastSeq = NONE;
    /** The tracks of the epoch, null while no session has said its. */
    private String tracks;
    private Set<String> codecs = Set.of();
    private boolean byTracks;
    private final NavigableSet<Long> withMedia = new TreeSet<>();

    void claimed(long number, int connection) {
        connections.put(number, connection);
        pending.add(number);
    }

    Fate media(long number, long seq) {
        if (!connections.containsKey(number)) {
            return Fate.NEVER_CLAIMED;
        }
        withMedia.add(number);
        if (number < session) {
            return Fate.LESSER_SESSION;
        }
        if (declaredOver.contains(number)) {
            return Fate.GRACE_IS_OVER;
        }
        if (number > session) {
            if (!pending.contains(number)) {
                return Fate.SESSION_HAS_ENDED;
            }
            takeOver(number);
        }
        if (seq <= lastSeq) {
            return Fate.REPEATED;
        }
        lastSeq = seq;
        state = State.LIVE;
        return Fate.SHOWN;
    }

    /** The session takes over with its tracks. Other tracks than those of the epoch begin another one. */
    void tracks(long number, String its) {
        if (number > session && pending.contains(number)) {
            boolean others = isRunning() && tracks != null && !tracks.equals(its);
            if (others) {
                state = State.ENDED;
            }
            takeOver(number);
            byTracks |= others;
            tracks = its;
            codecs = Set.of(its.split(" and "));
            state = State.LIVE;
        }
    }

    private void takeOver(long number) {
        if (!isRunning()) {
            epoch = number;
            tracks = null;
            byTracks = false;
        }
        session = number;
        lastSeq = NONE;
        pending.removeIf(claim -> claim <= number);
    }

    void ended(long number, boolean suspected) {
        if (number == session && state == State.LIVE) {
            state = State.GRACE;
        } else if (!suspected) {
            pending.remove(number);
        }
    }

    /** The reason why a session was declared over does not matter: it is over, unless a greater one has begun. */
    void graceOver(long number) {
        pending.remove(number);
        if (number >= session) {
            declaredOver.add(number);
        }
        if (number == session) {
            state = State.ENDED;
        }
    }

    boolean isRunning() {
        return state == State.LIVE || state == State.GRACE;
    }

    /** Whether the session's packets are shown, or would be. */
    boolean counts(long number) {
        return number == session && isRunning() || pending.contains(number);
    }

    private long firstSessionOf(int connection) {
        return connections.entrySet().stream().filter(e -> e.getValue() == connection).mapToLong(Map.Entry::getKey)
                .min().orElse(NONE);
    }

    /** Returns the newest session of a connection, {@link #NONE} without one. */
    long sessionOf(int connection) {
        return connections.entrySet().stream().filter(e -> e.getValue() == connection).mapToLong(Map.Entry::getKey)
                .max().orElse(NONE);
    }

    /**
     * Whether a greater session has sent a packet than the last one in which {@code connection} did, or than its first
     * one if it has sent none. A new claim after the grace period does not undo that another session had taken over.
     */
    boolean isReplaced(int connection) {
        long last = withMedia.stream().filter(number -> connections.get(number) == connection)
                .mapToLong(Long::longValue).max().orElse(firstSessionOf(connection));
        return withMedia.higher(last) != null;
    }

    long epoch() {
        return epoch;
    }

    long session() {
        return session;
    }

    /** Whether the epoch began because the tracks of its first session were others than those of the epoch before. */
    boolean beganByTracks() {
        return byTracks;
    }

    /** @param codec empty for metadata */
    boolean allows(String codec) {
        return codec.isEmpty() || tracks == null || codecs.contains(codec);
    }

    State state() {
        return state;
    }
}
