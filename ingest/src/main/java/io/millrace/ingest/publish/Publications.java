package io.millrace.ingest.publish;

import io.millrace.ingest.session.SessionListener;
import io.millrace.platform.log.SessionNotice;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** The publications of this node, by stream; there are two of one stream while one takes over. Thread-safe. */
final class Publications implements SessionListener {
    private final ConcurrentHashMap<String, Set<Publication>> streams = new ConcurrentHashMap<>();

    /** Keeps {@code publication} until it is finished. Before its claim is written, so that no news of it is missed. */
    void add(String stream, Publication publication) {
        streams.compute(stream, (_, set) -> {
            Set<Publication> kept = set == null ? ConcurrentHashMap.newKeySet() : set;
            kept.add(publication);
            return kept;
        });
        publication.finished().whenComplete((_, _) -> streams.computeIfPresent(stream, (_, set) -> {
            set.remove(publication);
            return set.isEmpty() ? null : set;
        }));
    }

    boolean has(String stream) {
        return streams.containsKey(stream);
    }

    @Override
    public void heard(SessionNotice notice) {
        of(notice.stream()).forEach(p -> p.heard(notice));
    }

    @Override
    public void forgotten(String stream, long session) {
        of(stream).forEach(p -> p.forgotten(session));
    }

    void heartbeat() {
        each(Publication::heartbeat);
    }

    /** Asks those to leave that do so by themselves. Completed when all of them have, at once if there are none. */
    CompletableFuture<Void> askToLeave() {
        List<Publication> leaving = leaving();
        leaving.forEach(Publication::askToLeave);
        return CompletableFuture
                .allOf(leaving.stream().map(Publication::finished).toArray(CompletableFuture[]::new));
    }

    /** Whether somebody would leave when asked. */
    boolean hasLeaving() {
        return !leaving().isEmpty();
    }

    private List<Publication> leaving() {
        return streams.values().stream().flatMap(Set::stream).filter(Publication::leavesWhenAsked).toList();
    }

    /** Ends all because the log has no room for what they send. */
    void diskFull() {
        each(Publication::diskFull);
    }

    /** Ends all, and waits until their ends are in the log, so long at most. Whether they are. */
    boolean shutDown(long timeoutMs) {
        each(Publication::shutDown);
        var all = streams.values().stream().flatMap(Set::stream).map(Publication::finished)
                .toArray(CompletableFuture[]::new);
        try {
            CompletableFuture.allOf(all).get(timeoutMs, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void each(Consumer<Publication> action) {
        streams.values().forEach(set -> set.forEach(action));
    }

    private Iterable<Publication> of(String stream) {
        return streams.getOrDefault(stream, Set.of());
    }
}
