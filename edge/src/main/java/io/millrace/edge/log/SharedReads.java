package io.millrace.edge.log;

import com.github.benmanes.caffeine.cache.Cache;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Loads values by key. Clients that request a key while it is being read share that read. The read takes the first turn
 * of any of them, and is dropped when all have left. A value is cached; a failure is not. Thread-safe; never blocks.
 */
public final class SharedReads<K, V> {
    /** Reads several keys at once. */
    @FunctionalInterface
    public interface Read<K, V> {
        /**
         * Returns the values; keys without one are left out.
         *
         * @param requesters all clients that wait for any of the keys, including those that join later
         */
        CompletableFuture<Map<K, V>> of(Set<K> keys, Requester requesters);
    }

    private record Reading<V>(RequesterGroup requesters, CompletableFuture<V> result) {}

    private final Cache<K, V> kept;
    private final Map<K, Reading<V>> underWay = new ConcurrentHashMap<>();

    /** @param kept stores the values, and decides how long they are cached */
    public SharedReads(Cache<K, V> kept) {
        this.kept = kept;
    }

    /**
     * Returns the value of a key; starts a read if the value is neither cached nor being read.
     *
     * @param read starts the read on behalf of all clients that wait for the key, including those that join later
     */
    public CompletableFuture<V> get(K key, Requester requester, Function<Requester, CompletableFuture<V>> read) {
        return getAll(List.of(key), requester,
                (_, requesters) -> read.apply(requesters).thenApply(value -> Map.of(key, value)))
                .thenApply(found -> found.get(key));
    }

    /**
     * Returns the values of several keys, without those that have none. Starts one read for all keys that are neither
     * cached nor being read. Fails if the read of any key fails.
     */
    public CompletableFuture<Map<K, V>> getAll(Collection<K> keys, Requester requester, Read<K, V> read) {
        Map<K, CompletableFuture<V>> results = new LinkedHashMap<>();
        Map<K, Reading<V>> own = new HashMap<>();
        var requesters = new RequesterGroup(requester);
        keys.forEach(key -> results.put(key, known(key).map(CompletableFuture::completedFuture)
                .orElseGet(() -> join(key, requester, requesters, own))));
        if (!own.isEmpty()) {
            begin(read, Set.copyOf(own.keySet()), requesters).whenComplete(
                    (found, failure) -> own.forEach((key, reading) -> end(key, reading, found, failure)));
        }
        return CompletableFuture.allOf(results.values().toArray(CompletableFuture[]::new)).thenApply(_ -> {
            Map<K, V> found = new HashMap<>();
            results.forEach((key, result) -> Optional.ofNullable(result.join())
                    .ifPresent(value -> found.put(key, value)));
            return found;
        });
    }

    /** Starts a read. An exception counts as a failed read, so that the keys can be read again. */
    private static <K, V> CompletableFuture<Map<K, V>> begin(Read<K, V> read, Set<K> keys, RequesterGroup requesters) {
        try {
            return read.of(keys, requesters);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /**
     * Returns the result of the read that is under way, or of a new read, which is added to {@code own} for the caller
     * to start.
     */
    private CompletableFuture<V> join(K key, Requester requester, RequesterGroup requesters, Map<K, Reading<V>> own) {
        Reading<V> joined = underWay.compute(key, (_, going) -> {
            if (going != null && going.requesters().join(requester)) {
                return going;
            }
            // Another thread may have completed the read after the cache was checked.
            Optional<V> known = known(key);
            var reading = new Reading<V>(requesters, new CompletableFuture<>());
            known.ifPresentOrElse(reading.result()::complete, () -> own.put(key, reading));
            return reading;
        });
        if (joined.result().isDone()) {
            underWay.remove(key, joined);
        }
        return joined.result();
    }

    private void end(K key, Reading<V> reading, Map<K, V> found, Throwable failure) {
        V value = found == null ? null : found.get(key);
        if (value != null) {
            kept.put(key, value);
        }
        underWay.remove(key, reading);
        if (failure == null) {
            reading.result().complete(value);
        } else {
            reading.result().completeExceptionally(failure instanceof CompletionException && failure.getCause() != null
                    ? failure.getCause()
                    : failure);
        }
    }

    /** Returns the value of a key if it is cached. */
    public Optional<V> known(K key) {
        return Optional.ofNullable(kept.getIfPresent(key));
    }

    /** Removes the value of a key, so that the next request reads it again. */
    public void forget(K key) {
        kept.invalidate(key);
    }

    /** Removes all values. */
    void forgetAll() {
        kept.invalidateAll();
    }
}
