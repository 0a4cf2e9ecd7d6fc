package io.millrace.platform.kick;

import io.millrace.platform.log.Kick;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * The kicks that are in force: a fold over the records of {@code control}. Bounded by {@link #LIMIT}. One thread
 * changes it; any thread may ask.
 */
final class KickTable {
    /**
     * Kicks that are in force at the same time. One more displaces the one that ends first, which would have been
     * in force for the shortest time. An entry takes about 500 bytes.
     */
    static final int LIMIT = 100_000;

    private final int limit;
    private final Map<Kick.Key, Kick> kicks = new ConcurrentHashMap<>();
    private final NavigableSet<Kick> byEnd = new TreeSet<>(
            Comparator.comparingLong(Kick::untilMs).thenComparing(kick -> kick.key().toString()));

    KickTable() {
        this(LIMIT);
    }

    KickTable(int limit) {
        this.limit = limit;
    }

    /** Adds a kick, which replaces one with the same key. One that is not in force only removes the earlier one. */
    void put(Kick kick, long nowMs) {
        expire(nowMs);
        remove(kick.key());
        if (kick.isInForce(nowMs)) {
            kicks.put(kick.key(), kick);
            byEnd.add(kick);
            if (byEnd.size() > limit) {
                remove(byEnd.first().key());
            }
        }
    }

    void remove(Kick.Key key) {
        Kick removed = kicks.remove(key);
        if (removed != null) {
            byEnd.remove(removed);
        }
    }

    /** Removes the kicks that are no longer in force. */
    void expire(long nowMs) {
        while (!byEnd.isEmpty() && !byEnd.first().isInForce(nowMs)) {
            remove(byEnd.first().key());
        }
    }

    /** Returns the kick of {@code key} if it is in force. */
    Optional<Kick> get(Kick.Key key, long nowMs) {
        return Optional.ofNullable(kicks.get(key)).filter(kick -> kick.isInForce(nowMs));
    }

    int size() {
        return kicks.size();
    }

    /** Returns the kicks in force that satisfy {@code wanted}, in the order of their keys. */
    List<Kick> list(Predicate<Kick> wanted, long nowMs) {
        return kicks.values().stream().filter(kick -> kick.isInForce(nowMs) && wanted.test(kick))
                .sorted(Comparator.comparing(kick -> kick.key().toString())).toList();
    }
}
