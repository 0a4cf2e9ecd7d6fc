package io.millrace.platform.net;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which lines about peers are written to the log, so that no peer can fill it. In each window of {@link
 * #WINDOW_MS}, a peer may cause {@link #LINES_PER_PEER} lines and all peers together {@link #LINES_OF_ALL}. Further
 * lines are counted, and summarised in one line per peer when the window ends.
 *
 * <p>Pure: time is an argument, in ms of a monotonic clock. Confined to one thread. Remembers at most {@link
 * #PEERS_MAX} peers.
 */
public final class LineQuota {
    /** Length of a window. */
    public static final long WINDOW_MS = 10_000;
    /** Lines of one peer per window. */
    public static final int LINES_PER_PEER = 10;
    /** Lines of all peers per window. */
    public static final int LINES_OF_ALL = 100;
    /** Peers that are counted individually; those that follow in the same window count as one. */
    public static final int PEERS_MAX = 1_000;
    /** Peers that are named when a window ends; the others are added up. */
    public static final int PEERS_NAMED = 10;

    private static final String OTHERS = "other addresses";

    private final Map<String, Count> peers = new LinkedHashMap<>();
    /** Start of the window; valid while {@code peers} is not empty. */
    private long sinceMs;
    /** Lines permitted in the window, for all peers together. */
    private int written;

    /**
     * Lines that were withheld in a window.
     *
     * @param peer the peer that caused the lines
     * @param lines their number
     */
    public record Withheld(String peer, long lines) {}

    private static final class Count {
        private long lines;
        private long withheld;
    }

    /**
     * Returns whether a line about {@code peer} is to be written, and counts the line. The first call after {@link
     * #end} begins a window. Call {@link #end} first if {@link #isOver}.
     */
    public boolean permits(String peer, long nowMs) {
        if (peers.isEmpty()) {
            sinceMs = nowMs;
        }
        Count count = peers.size() < PEERS_MAX || peers.containsKey(peer)
                ? peers.computeIfAbsent(peer, _ -> new Count())
                : peers.computeIfAbsent(OTHERS, _ -> new Count());
        if (count.lines < LINES_PER_PEER && written < LINES_OF_ALL) {
            count.lines++;
            written++;
            return true;
        }
        count.withheld++;
        return false;
    }

    /** Returns whether a window has begun and its time is over. */
    public boolean isOver(long nowMs) {
        return !peers.isEmpty() && nowMs - sinceMs >= WINDOW_MS;
    }

    /** Ends the window. Returns the lines that were withheld in it, the peers with the most lines first. */
    public List<Withheld> end() {
        List<Withheld> all = peers.entrySet().stream().filter(peer -> peer.getValue().withheld > 0)
                .map(peer -> new Withheld(peer.getKey(), peer.getValue().withheld))
                .sorted(Comparator.comparingLong(Withheld::lines).reversed()).toList();
        peers.clear();
        written = 0;
        if (all.size() <= PEERS_NAMED) {
            return all;
        }
        List<Withheld> named = new ArrayList<>(all.subList(0, PEERS_NAMED));
        named.add(new Withheld(OTHERS, all.stream().skip(PEERS_NAMED).mapToLong(Withheld::lines).sum()));
        return named;
    }
}
