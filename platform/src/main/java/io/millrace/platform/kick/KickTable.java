package io.millrace.platform.kick;

import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.log.Kick;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The kicks that are in force: a fold over the records of {@code control}. Bounded by {@link #LIMIT}. One thread
 * changes it; any thread may ask.
 */
public final class KickTable {
    /**
     * Kicks that are in force at the same time. One more displaces the one that ends first. An entry takes about 500
     * bytes.
     */
    static final int LIMIT = 100_000;

    private final InstantSource clock;
    private final int limit;
    private final Map<Kick.Key, Kick> kicks = new ConcurrentHashMap<>();
    private final NavigableSet<Kick> byEnd = new TreeSet<>(
            Comparator.comparingLong(Kick::untilMs).thenComparing(kick -> kick.key().toString()));

    /** @param clock decides which kicks are in force */
    KickTable(InstantSource clock) {
        this(clock, LIMIT);
    }

    KickTable(InstantSource clock, int limit) {
        this.clock = clock;
        this.limit = limit;
    }

    /** Adds a kick, which replaces one with the same key. One that is not in force only removes the earlier one. */
    void put(Kick kick) {
        expire();
        remove(kick.key());
        if (kick.isInForce(clock.millis())) {
            kicks.put(kick.key(), kick);
            byEnd.add(kick);
            if (byEnd.size() > limit) {
                remove(byEnd.first().key());
            }
        }
    }

    /** Ends a kick before its time. */
    void remove(Kick.Key key) {
        Kick removed = kicks.remove(key);
        if (removed != null) {
            byEnd.remove(removed);
        }
    }

    /** Frees the memory of kicks that are no longer in force. */
    void expire() {
        long nowMs = clock.millis();
        while (!byEnd.isEmpty() && !byEnd.first().isInForce(nowMs)) {
            remove(byEnd.first().key());
        }
    }

    /** Returns whether the kick of {@code key} is in force. */
    boolean has(Kick.Key key) {
        Kick kick = kicks.get(key);
        return kick != null && kick.isInForce(clock.millis());
    }

    /** Returns whether a viewer of a stream is refused. */
    public boolean isKicked(String stream, ViewerSession session) {
        return !isEmpty() && (has(new Kick.Key(stream, Kick.Target.VIEWER, session.toString()))
                || isSubjectKicked(session));
    }

    /**
     * Returns whether a publisher of a stream is refused.
     *
     * @param session of its token, null without one
     */
    boolean isPublisherKicked(String stream, ViewerSession session) {
        return !isEmpty() && (has(new Kick.Key(stream, Kick.Target.PUBLISHER, ""))
                || session != null && isSubjectKicked(session));
    }

    private boolean isSubjectKicked(ViewerSession session) {
        return session.subject() != null && has(Kick.ofSubject(session.subject()));
    }

    /** Returns whether nobody is refused. May return false for a moment after the last kick has ended. */
    boolean isEmpty() {
        return kicks.isEmpty();
    }

    int size() {
        return kicks.size();
    }

    /** Returns whether another kick would displace one. */
    boolean isFull() {
        return size() >= limit;
    }

    /** Returns the kicks in force that satisfy {@code wanted}, in the order of their keys. */
    List<Kick> list(Predicate<Kick> wanted) {
        long nowMs = clock.millis();
        return kicks.values().stream().filter(kick -> kick.isInForce(nowMs) && wanted.test(kick))
                .sorted(Comparator.comparing(kick -> kick.key().toString())).toList();
    }
}
