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
 * The names in the directory, as this node has read them in {@code streams}: which there are, how many came from whom, and
 * which epochs nothing is retained of.
 *
 * <p>Thread-safe: written by the feed, read once a publish and once a minute. Bounded by the directory itself, a few hundred
 * bytes for each name.
 */
public final class KnownNames {
    /** Of an epoch that goes on. */
    private static final long RUNNING = -1;

    /** @param epochs each with the last offset in {@code packets} that it has, {@link #RUNNING} before its end */
    private record Name(String network, TreeMap<Long, Long> epochs) {}

    /** An entry of the directory. */
    public record Epoch(String stream, long number) {}

    private final Map<String, Name> names = new HashMap<>();
    private final Map<String, Integer> networks = new HashMap<>();

    /** An entry was read. A name belongs to the network of the encoder that was first seen with it. */
    public synchronized void heard(StreamEntry entry) {
        Name name = names.get(entry.stream());
        if (name == null) {
            name = new Name(PeerNetwork.ofEndpoint(entry.address()), new TreeMap<>());
            names.put(entry.stream(), name);
            networks.merge(name.network(), 1, Integer::sum);
        }
        name.epochs().put(entry.epoch(),
                entry.state() == StreamEntry.State.ENDED ? entry.lastOffset() : RUNNING);
    }

    /** A tombstone was read. */
    public synchronized void forgotten(String stream, long epoch) {
        Name name = names.get(stream);
        if (name == null || name.epochs().remove(epoch) == null || !name.epochs().isEmpty()) {
            return;
        }
        names.remove(stream);
        networks.computeIfPresent(name.network(), (_, count) -> count == 1 ? null : count - 1);
    }

    public synchronized boolean has(String stream) {
        return names.containsKey(stream);
    }

    public synchronized int size() {
        return names.size();
    }

    /** Names that belong to {@code network}, see {@link PeerNetwork}. */
    public synchronized int sizeOf(String network) {
        return networks.getOrDefault(network, 0);
    }

    /**
     * The epochs that have ended and of which no packet is retained.
     *
     * @param retainedFrom of a stream: the offset in its partition of {@code packets} before which nothing is retained
     */
    public synchronized List<Epoch> expired(ToLongFunction<String> retainedFrom) {
        List<Epoch> expired = new ArrayList<>();
        names.forEach((stream, name) -> {
            long from = retainedFrom.applyAsLong(stream);
            name.epochs().forEach((epoch, lastOffset) -> {
                if (lastOffset != RUNNING && lastOffset < from) {
                    expired.add(new Epoch(stream, epoch));
                }
            });
        });
        return expired;
    }
}
