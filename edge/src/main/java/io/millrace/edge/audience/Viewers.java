package io.millrace.edge.audience;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * All viewers of this edge. Adding and removing a viewer takes O(1); lists are built on request.
 *
 * <p>Thread-safe; bounded by the limits of connections and sessions of the callers.
 */
public final class Viewers {
    private record Watched(String stream, Protocol protocol) {}

    private final EdgeMeters meters;
    private final InstantSource clock;
    /** Makes ids unique across restarts of the process. */
    private final String prefix = HexFormat.of().toHexDigits(new SecureRandom().nextInt()) + "-";
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, Viewer> viewers = new ConcurrentHashMap<>();
    private final Map<Watched, Integer> counts = new ConcurrentHashMap<>();

    public Viewers(EdgeMeters meters, InstantSource clock) {
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Adds a viewer.
     *
     * @param address of the client: {@code host:port}, or the host for protocols without a connection per viewer
     * @param client the name that the player sends; null if it sends none
     * @param kick disconnects the viewer; called on any thread, without effect if the viewer has left
     */
    public Viewer joined(Protocol protocol, String stream, String address, String client, Runnable kick) {
        var viewer = new Viewer(last.incrementAndGet(), protocol, stream, address, client, clock.millis(), kick);
        viewers.put(viewer.number(), viewer);
        counts.merge(new Watched(stream, protocol), 1, Integer::sum);
        meters.joined(protocol);
        return viewer;
    }

    /** Removes a viewer; without effect if it was removed before. */
    public void left(Viewer viewer) {
        if (viewers.remove(viewer.number()) != null) {
            counts.computeIfPresent(new Watched(viewer.stream(), viewer.protocol()),
                    (_, count) -> count == 1 ? null : count - 1);
            meters.left(viewer.protocol());
        }
    }

    public int count(String stream, Protocol protocol) {
        return counts.getOrDefault(new Watched(stream, protocol), 0);
    }

    /** Returns the public id of a viewer, which is never reused. */
    public String id(Viewer viewer) {
        return prefix + viewer.number();
    }

    /**
     * Returns the viewers that satisfy {@code wanted}, in the order of joining, after the viewer with id {@code after};
     * null starts with the first.
     */
    public List<Viewer> list(Predicate<Viewer> wanted, String after, int limit) {
        long from = after == null ? 0 : number(after);
        return viewers.values().stream().filter(viewer -> viewer.number() > from && wanted.test(viewer))
                .sorted(Comparator.comparingLong(Viewer::number)).limit(limit).toList();
    }

    public Optional<Viewer> find(String id) {
        return Optional.ofNullable(viewers.get(number(id)));
    }

    /** Disconnects a viewer; returns false if there is none with this id. */
    public boolean kick(String id) {
        Optional<Viewer> viewer = find(id);
        viewer.ifPresent(Viewer::kick);
        return viewer.isPresent();
    }

    /** Disconnects the viewers that satisfy {@code wanted}. Returns their number. */
    public int kick(Predicate<Viewer> wanted) {
        List<Viewer> found = viewers.values().stream().filter(wanted).toList();
        found.forEach(Viewer::kick);
        return found.size();
    }

    /** Returns 0 if this is not an id of this process. */
    private long number(String id) {
        String digits = id.startsWith(prefix) ? id.substring(prefix.length()) : "";
        return digits.matches("[1-9][0-9]{0,17}") ? Long.parseLong(digits) : 0;
    }
}
