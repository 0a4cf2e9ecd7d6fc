package io.millrace.ingest.session;

import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.PeerNetwork;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * The entries of the directory, one per epoch, as this node has read them in {@code streams}: which names exist, how
 * many entries each network has, and of which epochs no packet is retained.
 *
 * <p>Thread-safe: written by the feed, read once per publish and once per minute. Bounded by the directory itself, at a
 * few hundred bytes per entry.
 */
public final class KnownNames {
    /** The last offset of an epoch that has not ended. */
    private static final long RUNNING = -1;

    /**
     * One epoch of a name.
     *
     * @param network network of the encoder in the first entry of the epoch
     * @param lastOffset the epoch's last offset in {@code packets}, {@link #RUNNING} before its end
     */
    private record Span(String network, long lastOffset) {}

    /** An entry of the directory. */
    public record Epoch(String stream, long number) {}

    private final Map<String, TreeMap<Long, Span>> names = new HashMap<>();
    private final Map<String, Integer> networks = new HashMap<>();
    private int entries;

    /** Adds or updates an entry that was read. It counts for the network of the first encoder of its epoch. */
    public synchronized void onEntry(StreamEntry entry) {
        TreeMap<Long, Span> epochs = names.computeIfAbsent(entry.stream(), _ -> new TreeMap<>());
        Span before = epochs.get(entry.epoch());
        String network = before == null
                ? PeerNetwork.ofEndpoint(entry.session().encoder().address())
                : before.network();
        if (before == null) {
            entries++;
            networks.merge(network, 1, Integer::sum);
        }
        long lastOffset = entry.state() == StreamEntry.State.ENDED ? entry.span().lastOffset() : RUNNING;
        epochs.put(entry.epoch(), new Span(network, lastOffset));
    }

    /** Removes an entry whose tombstone was read. */
    public synchronized void onTombstone(String stream, long epoch) {
        TreeMap<Long, Span> epochs = names.get(stream);
        Span gone = epochs == null ? null : epochs.remove(epoch);
        if (gone == null) {
            return;
        }
        entries--;
        networks.computeIfPresent(gone.network(), (_, count) -> count == 1 ? null : count - 1);
        if (epochs.isEmpty()) {
            names.remove(stream);
        }
    }

    public synchronized boolean has(String stream) {
        return names.containsKey(stream);
    }

    public synchronized int size() {
        return names.size();
    }

    /** Returns the number of entries of all names. */
    public synchronized int entries() {
        return entries;
    }

    /** Returns the number of entries of {@code network}, see {@link PeerNetwork}. */
    public synchronized int entriesOf(String network) {
        return networks.getOrDefault(network, 0);
    }

    /**
     * Returns the epochs that have ended and of which no packet is retained.
     *
     * @param retainedFrom returns for a stream the first retained offset in its partition of {@code packets}
     */
    public synchronized List<Epoch> expired(ToLongFunction<String> retainedFrom) {
        List<Epoch> expired = new ArrayList<>();
        names.forEach((stream, epochs) -> {
            long from = retainedFrom.applyAsLong(stream);
            epochs.forEach((epoch, span) -> {
                if (span.lastOffset() != RUNNING && span.lastOffset() < from) {
                    expired.add(new Epoch(stream, epoch));
                }
            });
        });
        return expired;
    }
}
