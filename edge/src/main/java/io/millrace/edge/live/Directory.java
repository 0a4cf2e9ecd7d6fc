package io.millrace.edge.live;

import io.millrace.platform.log.StreamEntry;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;

/**
 * What the directory topics say: of every stream its retained epochs, newest last, and which streams were there once; and
 * where encoders reach the ingest nodes.
 *
 * <p>Thread-safe: one feed writes, every event loop reads. The epochs of a stream are replaced as a whole, so a reader
 * sees a stream either before or after a record, never between.
 */
public final class Directory {
    /** Epochs that are remembered as expired, so that they answer 410 and not 404; the oldest are forgotten. */
    static final int EXPIRED_LIMIT = 10_000;

    /** What is known of a stream or an epoch. */
    public enum Presence {
        /** Never heard of: 404. */
        UNKNOWN,
        /** Was there, nothing of it is retained: 410. */
        EXPIRED,
        /** Has an entry. */
        KNOWN
    }

    private record EpochKey(String stream, long epoch) {}

    private final ConcurrentSkipListMap<String, NavigableMap<Long, StreamEntry>> streams = new ConcurrentSkipListMap<>();
    private final IngestNodes ingestNodes = new IngestNodes();
    private final Map<EpochKey, Boolean> expiredEpochs = remembered();
    private final Map<String, Boolean> expiredStreams = remembered();
    /** Streams of which an epoch has expired: before their oldest one something may have been shown. */
    private final Map<String, Boolean> shortened = remembered();

    public IngestNodes ingestNodes() {
        return ingestNodes;
    }

    /** The newest record of an epoch. */
    public void put(StreamEntry entry) {
        NavigableMap<Long, StreamEntry> epochs = new TreeMap<>(epochs(entry.stream()));
        epochs.put(entry.epoch(), entry);
        streams.put(entry.stream(), epochs);
        expiredStreams.remove(entry.stream());
    }

    /** The tombstone of an epoch: nothing of it is retained. One that is known to have had no segment is as if it had never been. */
    public void remove(String stream, long epoch) {
        NavigableMap<Long, StreamEntry> epochs = new TreeMap<>(epochs(stream));
        StreamEntry removed = epochs.remove(epoch);
        boolean shown = removed == null || removed.lastSegment() >= 0;
        if (shown) {
            expiredEpochs.put(new EpochKey(stream, epoch), true);
            shortened.put(stream, true);
        }
        if (!epochs.isEmpty()) {
            streams.put(stream, epochs);
            return;
        }
        streams.remove(stream);
        if (shown || shortened.containsKey(stream)) {
            expiredStreams.put(stream, true);
        }
    }

    public Presence presence(String stream) {
        if (streams.containsKey(stream)) {
            return Presence.KNOWN;
        }
        return expiredStreams.containsKey(stream) ? Presence.EXPIRED : Presence.UNKNOWN;
    }

    public Presence presence(String stream, long epoch) {
        if (epochs(stream).containsKey(epoch)) {
            return Presence.KNOWN;
        }
        return expiredEpochs.containsKey(new EpochKey(stream, epoch)) ? Presence.EXPIRED : Presence.UNKNOWN;
    }

    /** The entry of the stream's newest epoch. */
    public Optional<StreamEntry> newest(String stream) {
        return Optional.ofNullable(epochs(stream).lastEntry()).map(Map.Entry::getValue);
    }

    public Optional<StreamEntry> epoch(String stream, long epoch) {
        return Optional.ofNullable(epochs(stream).get(epoch));
    }

    /** Every retained epoch of a stream, oldest first. */
    public List<StreamEntry> history(String stream) {
        return List.copyOf(epochs(stream).values());
    }

    /**
     * Whether a stream showed something between two times, retained or not: by the sessions of its epochs, and, before the
     * oldest of them, if an earlier one is remembered as expired.
     *
     * @param startMs ms since 1970
     * @param endMs the same
     */
    public boolean wasShown(String stream, long startMs, long endMs) {
        List<SessionSpan> spans = SessionSpan.of(history(stream));
        boolean beforeAll = spans.isEmpty() || startMs < spans.getFirst().startMs();
        return beforeAll && shortened.containsKey(stream)
                || spans.stream().anyMatch(span -> span.startMs() < endMs && span.endMs() > startMs);
    }

    /** The newest epochs of at most {@code limit} streams in the order of their names, after {@code after} (or null). */
    public List<StreamEntry> list(String after, int limit) {
        return list(after, limit, _ -> true);
    }

    /** The same, of the streams whose newest epoch is {@code wanted}; looks at every stream if few are. */
    public List<StreamEntry> list(String after, int limit, Predicate<StreamEntry> wanted) {
        var names = after == null ? streams : streams.tailMap(after, false);
        return names.values().stream().map(epochs -> epochs.lastEntry().getValue()).filter(wanted).limit(limit)
                .toList();
    }

    private NavigableMap<Long, StreamEntry> epochs(String stream) {
        return streams.getOrDefault(stream, Collections.emptyNavigableMap());
    }

    private static <K> Map<K, Boolean> remembered() {
        return Collections.synchronizedMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, Boolean> eldest) {
                return size() > EXPIRED_LIMIT;
            }
        });
    }
}
