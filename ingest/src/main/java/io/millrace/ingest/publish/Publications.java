package io.millrace.ingest.publish;

import io.millrace.ingest.session.SessionListener;
import io.millrace.platform.log.SessionNotice;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The publications of this node, by stream. During a takeover a stream has two or more, in the order of their claims.
 * Thread-safe.
 */
final class Publications implements SessionListener {
    private final ConcurrentHashMap<String, Set<PublicationProxy>> streams = new ConcurrentHashMap<>();
    /** The subjects of the tokens of publications that have one. */
    private final ConcurrentHashMap<PublicationProxy, String> subjects = new ConcurrentHashMap<>();

    /**
     * Adds {@code publication}, which is removed when it is finished. Must be called before its claim is written, so
     * that the publication misses no notice of its session.
     *
     * @param subject the hash of the subject of its token, null without one
     */
    void add(String stream, String subject, PublicationProxy publication) {
        if (subject != null) {
            subjects.put(publication, subject);
        }
        streams.compute(stream, (_, set) -> {
            Set<PublicationProxy> kept = set == null ? new CopyOnWriteArraySet<>() : set;
            kept.add(publication);
            return kept;
        });
        publication.finished().whenComplete((_, _) -> streams.computeIfPresent(stream, (_, set) -> {
            set.remove(publication);
            subjects.remove(publication);
            return set.isEmpty() ? null : set;
        }));
    }

    /** Returns the number of publications of {@code stream}. */
    int count(String stream) {
        return streams.getOrDefault(stream, Set.of()).size();
    }

    /** Returns whether a publication of this node has {@code session} of {@code stream}. */
    boolean has(String stream, long session) {
        for (PublicationProxy publication : of(stream)) {
            if (publication.has(session)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onNotice(SessionNotice notice, boolean history) {
        of(notice.stream()).forEach(p -> p.onNotice(notice));
    }

    @Override
    public void onTombstone(String stream, long session) {
        of(stream).forEach(p -> p.onTombstone(session));
    }

    /** Ends the publications of {@code stream} because an operator has disconnected its publisher. */
    void kicked(String stream) {
        of(stream).forEach(PublicationProxy::kicked);
    }

    /** Ends the publications with tokens of a subject that an operator has disconnected. */
    void kickedSubject(String subject) {
        subjects.forEach((publication, its) -> {
            if (its.equals(subject)) {
                publication.kicked();
            }
        });
    }

    /** Writes records again that the log did not accept. Must be called regularly, about once per second. */
    void repeat() {
        each(PublicationProxy::repeat);
    }

    /**
     * Asks the encoders that support it to reconnect. The result completes when all publications of these encoders have
     * finished, immediately if there are none.
     */
    CompletableFuture<Void> askToLeave() {
        List<PublicationProxy> leaving = leaving();
        leaving.forEach(PublicationProxy::askToLeave);
        return CompletableFuture
                .allOf(leaving.stream().map(PublicationProxy::finished).toArray(CompletableFuture[]::new));
    }

    /** Returns whether any encoder supports the reconnect request. */
    boolean hasLeaving() {
        return !leaving().isEmpty();
    }

    private List<PublicationProxy> leaving() {
        return streams.values().stream().flatMap(Set::stream).filter(PublicationProxy::leavesWhenAsked).toList();
    }

    /** Ends all publications because the log has no disk space. */
    void diskFull() {
        each(PublicationProxy::diskFull);
    }

    /**
     * Ends all publications and blocks until their ends are in the log, for at most {@code timeoutMs}. Returns whether
     * all of them are finished.
     */
    boolean shutDown(long timeoutMs) {
        each(PublicationProxy::shutDown);
        var all = streams.values().stream().flatMap(Set::stream).map(PublicationProxy::finished)
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

    private void each(Consumer<PublicationProxy> action) {
        streams.values().forEach(set -> set.forEach(action));
    }

    private Iterable<PublicationProxy> of(String stream) {
        return streams.getOrDefault(stream, Set.of());
    }
}
