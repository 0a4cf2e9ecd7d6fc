package io.millrace.edge.audience;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.access.ViewerSession;
import io.millrace.platform.log.Kick;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/**
 * All viewers of this edge. Adding and removing a viewer takes O(1); lists are built on request.
 *
 * <p>Thread-safe; bounded by the callers' limits on connections and sessions.
 */
public final class Viewers {
    private record Watched(String stream, Protocol protocol) {}

    private record Known(String stream, ViewerSession session) {}

    private final EdgeMeters meters;
    private final InstantSource clock;
    /** Begins each id, so that ids are unique across processes and their restarts. */
    private final String prefix = HexFormat.of().toHexDigits(new SecureRandom().nextInt()) + "-";
    /** Number of the newest viewer. */
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, Viewer> viewers = new ConcurrentHashMap<>();
    private final Map<Watched, Integer> counts = new ConcurrentHashMap<>();
    private final Map<Known, Set<Viewer>> bySession = new ConcurrentHashMap<>();
    private final BiPredicate<String, ViewerSession> isKicked;

    /** Creates a list of viewers of whom nobody is kicked by other nodes. */
    public Viewers(EdgeMeters meters, InstantSource clock) {
        this(meters, clock, (_, _) -> false);
    }

    /** @param isKicked returns whether a kick of a stream's viewer is in force; {@link #apply} follows when it changes */
    public Viewers(EdgeMeters meters, InstantSource clock, BiPredicate<String, ViewerSession> isKicked) {
        this.meters = meters;
        this.clock = clock;
        this.isKicked = isKicked;
    }

    /**
     * Adds a viewer. The caller must call {@link #left} when it has left.
     *
     * @param address of the client: {@code host:port}, or the host for protocols without a connection per viewer
     * @param client the name that the player sends; null if it sends none
     * @param session identifies the viewer on all nodes
     * @param kick disconnects the viewer; called on any thread, possibly after the viewer has left
     */
    public Viewer joined(Protocol protocol, String stream, String address, String client, ViewerSession session,
            Runnable kick) {
        var viewer = new Viewer(last.incrementAndGet(), protocol, stream, address, client, session, clock.millis(),
                kick);
        viewers.put(viewer.number(), viewer);
        bySession.compute(new Known(stream, session), (_, set) -> {
            Set<Viewer> all = set == null ? ConcurrentHashMap.newKeySet() : set;
            all.add(viewer);
            return all;
        });
        counts.merge(new Watched(stream, protocol), 1, Integer::sum);
        meters.joined(protocol);
        // The kick may have been read after the policy allowed the viewer, while the viewer waited for the stream. For
        // HLS and DASH this does not matter, because the policy decides about each request.
        if (protocol.isOneConnection() && isKicked.test(stream, session)) {
            viewer.kick();
        }
        return viewer;
    }

    /** Removes a viewer. Has no effect if it was removed before. */
    public void left(Viewer viewer) {
        if (viewers.remove(viewer.number()) != null) {
            bySession.computeIfPresent(new Known(viewer.stream(), viewer.session()), (_, set) -> {
                set.remove(viewer);
                return set.isEmpty() ? null : set;
            });
            counts.computeIfPresent(new Watched(viewer.stream(), viewer.protocol()),
                    (_, count) -> count == 1 ? null : count - 1);
            meters.left(viewer.protocol());
        }
    }

    /** Returns a random name of the process, with which its ids begin. */
    public String process() {
        return prefix.substring(0, prefix.length() - 1);
    }

    /** Returns the number of viewers since the start of the process. */
    public long total() {
        return last.get();
    }

    /** Returns the current number of viewers of a stream by a protocol. */
    public int count(String stream, Protocol protocol) {
        return counts.getOrDefault(new Watched(stream, protocol), 0);
    }

    /** Returns the id of a viewer in the API, which is never reused. */
    public String id(Viewer viewer) {
        return prefix + viewer.number();
    }

    /**
     * Returns the viewers that satisfy {@code wanted}, in the order in which they joined.
     *
     * @param after the list begins after the viewer with this id, even if that has left; null, or an id of another
     *     process, begins with the first viewer
     * @param limit maximum number of viewers
     */
    public List<Viewer> list(Predicate<Viewer> wanted, String after, int limit) {
        long from = after == null ? 0 : number(after);
        return viewers.values().stream().filter(viewer -> viewer.number() > from && wanted.test(viewer))
                .sorted(Comparator.comparingLong(Viewer::number)).limit(limit).toList();
    }

    public Optional<Viewer> find(String id) {
        return Optional.ofNullable(viewers.get(number(id)));
    }

    /** Returns the number of viewers that satisfy {@code wanted}. */
    public int count(Predicate<Viewer> wanted) {
        return (int) viewers.values().stream().filter(wanted).count();
    }

    /** Returns the number of connections, and players without one, of a viewer of a stream. */
    public int count(String stream, ViewerSession session) {
        return of(stream, session).size();
    }

    /** Disconnects the viewers of this edge whom an operator has kicked at any node. */
    public void apply(Kick kick) {
        Kick.Key key = kick.key();
        switch (key.target()) {
            case VIEWER -> ViewerSession.parse(key.detail())
                    .ifPresent(session -> of(key.stream(), session).forEach(Viewer::kick));
            case VIEWERS -> viewers.values().stream().filter(viewer -> viewer.stream().equals(key.stream())
                    && (key.detail().isEmpty() || viewer.protocol().label().equals(key.detail())))
                    .forEach(Viewer::kick);
            case SUBJECT -> viewers.values().stream()
                    .filter(viewer -> key.detail().equals(viewer.session().subject())).forEach(Viewer::kick);
            case PUBLISHER -> {
                // Ingest disconnects it.
            }
        }
    }

    private Set<Viewer> of(String stream, ViewerSession session) {
        return bySession.getOrDefault(new Known(stream, session), Set.of());
    }

    /** Returns the number in an id; 0 if it is not an id of this process. */
    private long number(String id) {
        String digits = id.startsWith(prefix) ? id.substring(prefix.length()) : "";
        return digits.matches("[1-9][0-9]{0,17}") ? Long.parseLong(digits) : 0;
    }
}
