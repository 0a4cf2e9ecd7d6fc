package io.millrace.platform.directory;

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
 * In-memory view of the directory topics: the retained epochs of every stream, the streams and epochs that have
 * expired, and the addresses of the ingest nodes.
 *
 * <p>Thread-safe: one feed writes, all event loops read. The epochs of a stream are replaced as a whole, so a reader
 * sees the state before or after a record, never in between.
 */
public final class StreamDirectory {
    /**
     * Number of expired epochs that are remembered, so that requests for them get 410 and not 404. The oldest are
     * removed.
     */
    static final int EXPIRED_LIMIT = 10_000;
    /**
     * Memory for sessions of all epochs beyond the newest 16 of each. When it is used up, entries list fewer sessions:
     * encoders that reconnect often must not fill the memory of every edge.
     */
    static final int SESSIONS_LIMIT_BYTES = 16 << 20;

    /** Whether a stream or an epoch exists. */
    public enum Presence {
        /** It is not known to have existed: 404. */
        UNKNOWN,
        /** It existed, but none of its media is retained: 410. */
        EXPIRED,
        /** It has a directory entry. */
        KNOWN
    }

    private record EpochKey(String stream, long epoch) {}

    private final ConcurrentSkipListMap<String, NavigableMap<Long, StreamEntry>> streams = new ConcurrentSkipListMap<>();
    private final IngestNodes ingestNodes = new IngestNodes();
    private final Map<EpochKey, Boolean> expiredEpochs = remembered();
    private final Map<String, Boolean> expiredStreams = remembered();
    /** Streams with expired epochs: something may have been shown before their oldest retained epoch. */
    private final Map<String, Boolean> shortened = remembered();
    private final long sessionsLimitBytes;
    /** Used by the feed only. */
    private long sessionsBytes;

    public StreamDirectory() {
        this(SESSIONS_LIMIT_BYTES);
    }

    StreamDirectory(long sessionsLimitBytes) {
        this.sessionsLimitBytes = sessionsLimitBytes;
    }

    public IngestNodes ingestNodes() {
        return ingestNodes;
    }

    /** Applies the newest entry of an epoch. */
    public void put(StreamEntry entry) {
        NavigableMap<Long, StreamEntry> epochs = new TreeMap<>(epochs(entry.stream()));
        sessionsBytes -= extraBytes(epochs.get(entry.epoch()));
        StreamEntry kept = entry.withSessions(SessionList.of(entry.sessions(), sessionsLimitBytes - sessionsBytes));
        sessionsBytes += extraBytes(kept);
        epochs.put(entry.epoch(), kept);
        streams.put(entry.stream(), epochs);
        expiredStreams.remove(entry.stream());
    }

    /**
     * Applies the tombstone of an epoch, none of whose media is retained. An epoch that is known to have had no segment
     * is treated as if it had never existed.
     */
    public void remove(String stream, long epoch) {
        NavigableMap<Long, StreamEntry> epochs = new TreeMap<>(epochs(stream));
        StreamEntry removed = epochs.remove(epoch);
        sessionsBytes -= extraBytes(removed);
        boolean shown = removed == null || removed.playlist().lastSegment() >= 0;
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

    private static long extraBytes(StreamEntry entry) {
        return entry != null && entry.sessions() instanceof SessionList list ? list.extraBytes() : 0;
    }

    /**
     * Returns how many sessions the directory entry of an epoch lists, including those that are omitted here for lack of
     * memory.
     */
    public static int sessions(StreamEntry epoch) {
        return SessionList.count(epoch);
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

    /** Returns the entry of the stream's newest epoch. */
    public Optional<StreamEntry> newest(String stream) {
        return Optional.ofNullable(epochs(stream).lastEntry()).map(Map.Entry::getValue);
    }

    public Optional<StreamEntry> epoch(String stream, long epoch) {
        return Optional.ofNullable(epochs(stream).get(epoch));
    }

    /** Returns the retained epochs of a stream, oldest first. */
    public List<StreamEntry> history(String stream) {
        return List.copyOf(epochs(stream).values());
    }

    /**
     * Whether a stream showed media between two times, retained or not. Judged by the sessions of its retained epochs
     * and, before the oldest of them, by whether an earlier epoch is remembered as expired.
     *
     * @param startMs ms since 1970
     * @param endMs ms since 1970
     */
    public boolean wasShown(String stream, long startMs, long endMs) {
        List<SessionSpan> spans = SessionSpan.of(history(stream));
        boolean beforeAll = spans.isEmpty() || startMs < spans.getFirst().startMs();
        return beforeAll && shortened.containsKey(stream)
                || spans.stream().anyMatch(span -> span.startMs() < endMs && span.endMs() > startMs);
    }

    /**
     * Returns the newest epochs of at most {@code limit} streams, ordered by name, starting after {@code after} (or at
     * the first if null).
     */
    public List<StreamEntry> list(String after, int limit) {
        return list(after, limit, _ -> true);
    }

    /**
     * Like {@link #list(String, int)}, but only streams whose newest epoch is {@code wanted}. Visits every stream if
     * few match.
     */
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
