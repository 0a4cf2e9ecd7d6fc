package io.millrace.edge.audience;

import io.millrace.edge.EdgeMeters;
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
 * Everybody who watches at this edge. A viewer comes and goes in O(1); a list is made when somebody asks.
 *
 * <p>Thread-safe; bounded by those who tell it, with their limits of connections and of sessions.
 */
public final class Viewers {
    private record Watched(String stream, Protocol protocol) {}

    private final EdgeMeters meters;
    private final InstantSource clock;
    /** An id of yesterday's process is nobody's today. */
    private final String prefix = HexFormat.of().toHexDigits(new SecureRandom().nextInt()) + "-";
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, Viewer> viewers = new ConcurrentHashMap<>();
    private final Map<Watched, Integer> counts = new ConcurrentHashMap<>();

    public Viewers(EdgeMeters meters, InstantSource clock) {
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Somebody begins to watch.
     *
     * @param address of their end: {@code host:port}, or the host of who has no connection of their own
     * @param client what their player calls itself; null if it does not say
     * @param kick lets them go; called on any thread, and harmless if they have gone
     */
    public Viewer joined(Protocol protocol, String stream, String address, String client, Runnable kick) {
        var viewer = new Viewer(last.incrementAndGet(), protocol, stream, address, client, clock.millis(), kick);
        viewers.put(viewer.number(), viewer);
        counts.merge(new Watched(stream, protocol), 1, Integer::sum);
        meters.joined(protocol);
        return viewer;
    }

    /** Again does nothing. */
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

    /** What a viewer is called outside: no other had or will have this name. */
    public String id(Viewer viewer) {
        return prefix + viewer.number();
    }

    /** Those who are {@code wanted} and came after the one called {@code after}, in that order; null for all. */
    public List<Viewer> list(Predicate<Viewer> wanted, String after, int limit) {
        long from = after == null ? 0 : number(after);
        return viewers.values().stream().filter(viewer -> viewer.number() > from && wanted.test(viewer))
                .sorted(Comparator.comparingLong(Viewer::number)).limit(limit).toList();
    }

    public Optional<Viewer> find(String id) {
        return Optional.ofNullable(viewers.get(number(id)));
    }

    /** Lets one go; false if there is none of that id. */
    public boolean kick(String id) {
        Optional<Viewer> viewer = find(id);
        viewer.ifPresent(Viewer::kick);
        return viewer.isPresent();
    }

    /** Lets go those who are {@code wanted}. Gives how many. */
    public int kick(Predicate<Viewer> wanted) {
        List<Viewer> found = viewers.values().stream().filter(wanted).toList();
        found.forEach(Viewer::kick);
        return found.size();
    }

    /** 0 for no number of ours. */
    private long number(String id) {
        String digits = id.startsWith(prefix) ? id.substring(prefix.length()) : "";
        return digits.matches("[1-9][0-9]{0,17}") ? Long.parseLong(digits) : 0;
    }
}
