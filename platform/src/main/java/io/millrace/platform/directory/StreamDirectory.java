package io.millrace.platform.directory;

import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.log.Withdrawal;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * In-memory view of the directory topics: the retained epochs of every stream, the streams and epochs that have
 * expired, and the addresses of the ingest nodes.
 *
 * <p>Thread-safe: one feed applies records, all event loops read, and add and cancel waits. The epochs of a stream are
 * replaced as a whole, so a reader sees the state before or after a record, never in between.
 */
public final class StreamDirectory {
    /**
     * Memory for sessions of all epochs beyond the newest 16 of each. When it is used up, entries list fewer sessions:
     * encoders that reconnect often must not fill the memory of every edge.
     */
    static final int SESSIONS_LIMIT_BYTES = 16 << 20;

    /**
     * How long a viewer waits for a stream or an epoch that is unknown: longer than a new one takes to appear in the
     * directory of every edge.
     */
    public static final long ARRIVAL_MS = 5_000;

    /** Whether a stream or an epoch exists. */
    public enum Presence {
        /** The stream or epoch is not known to have existed: 404. */
        UNKNOWN,
        /** The stream or epoch existed, but none of its media is retained: 410. */
        EXPIRED,
        /** The stream or epoch has a directory entry. */
        KNOWN
    }

    private final ConcurrentSkipListMap<String, NavigableMap<Long, StreamEntry>> streams = new ConcurrentSkipListMap<>();
    private final IngestNodes ingestNodes = new IngestNodes();
    private final Map<String, StreamExpiry> expiries = new ConcurrentHashMap<>();
    /** By stream; without an entry if nothing is withdrawn. */
    private final Map<String, Withdrawals> withdrawals = new ConcurrentHashMap<>();
    /** By stream. */
    private final Map<String, Waiters<StreamEntry>> waiting = new ConcurrentHashMap<>();
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

    /**
     * Applies an entry of an epoch. Ignores the entry if the epoch has expired, or if the directory has an entry of the
     * epoch with a later offset: a segmenter that was replaced may still write.
     *
     * @return whether the entry was applied
     */
    public boolean put(StreamEntry entry) {
        StreamEntry known = epochs(entry.stream()).get(entry.epoch());
        if (hasExpired(entry.stream(), entry.epoch())
                || known != null && known.span().lastOffset() > entry.span().lastOffset()) {
            return false;
        }
        NavigableMap<Long, StreamEntry> epochs = new TreeMap<>(epochs(entry.stream()));
        sessionsBytes -= extraBytes(epochs.get(entry.epoch()));
        StreamEntry kept = entry.withSessions(SessionList.of(entry.sessions(), sessionsLimitBytes - sessionsBytes));
        sessionsBytes += extraBytes(kept);
        epochs.put(entry.epoch(), kept);
        streams.put(entry.stream(), epochs);
        Waiters<StreamEntry> waiters = waiting.get(entry.stream());
        if (waiters != null) {
            waiters.offer(kept);
        }
        return true;
    }

    /**
     * Calls {@code then} once, with an entry of {@code stream} that satisfies {@code wanted}: immediately, on this
     * thread, if the directory contains one; otherwise when such an entry is put, on the feed's thread, where {@code
     * then} must only hand over to another thread.
     *
     * @return the wait, which the caller must cancel in any case, even after {@code then} was called
     */
    public Waiters.Waiting await(String stream, Predicate<StreamEntry> wanted, Consumer<StreamEntry> then) {
        AtomicReference<Waiters<StreamEntry>.Waiter> waiter = new AtomicReference<>();
        waiting.compute(stream, (_, known) -> {
            Waiters<StreamEntry> waiters = known == null ? new Waiters<>() : known;
            waiter.set(waiters.add(wanted, then));
            return waiters;
        });
        epochs(stream).values().forEach(waiter.get()::offer);
        return () -> {
            waiter.get().cancel();
            waiting.computeIfPresent(stream, (_, waiters) -> waiters.isEmpty() ? null : waiters);
        };
    }

    /** Returns the number of waits that are not over. */
    public int awaited() {
        return waiting.values().stream().mapToInt(Waiters::size).sum();
    }

    /**
     * Applies the record that states up to which epoch a stream has expired, and removes these epochs. Their tombstones
     * follow in the log.
     */
    public void expired(StreamExpiry record) {
        StreamExpiry expiry = expiries.merge(record.stream(), record, StreamExpiry::merge);
        List.copyOf(epochs(record.stream()).headMap(expiry.lastEpoch(), true).keySet())
                .forEach(epoch -> remove(record.stream(), epoch));
    }

    /**
     * Applies the tombstone of an epoch. Without a preceding {@link #expired}, the epoch counts as one that never
     * existed.
     */
    public void remove(String stream, long epoch) {
        NavigableMap<Long, StreamEntry> epochs = new TreeMap<>(epochs(stream));
        sessionsBytes -= extraBytes(epochs.remove(epoch));
        if (epochs.isEmpty()) {
            streams.remove(stream);
        } else {
            streams.put(stream, epochs);
        }
    }

    /**
     * Applies the tombstone of a stream's {@link StreamExpiry}. The stream is unknown afterwards, unless it has epochs.
     */
    public void forget(String stream) {
        expiries.remove(stream);
    }

    /** Applies the record that withdraws media. */
    public void withdraw(Withdrawal record) {
        withdrawals.merge(record.stream(), Withdrawals.NONE.with(record), (known, _) -> known.with(record));
    }

    /** Applies the tombstone of a {@link Withdrawal}: its media may be shown again, if it is retained. */
    public void restore(Withdrawal.Key key) {
        withdrawals.computeIfPresent(key.stream(), (_, known) -> {
            Withdrawals left = known.without(key);
            return left.isEmpty() ? null : left;
        });
    }

    /** Returns the withdrawn ranges of a stream, which no reader may show. */
    public Withdrawals withdrawals(String stream) {
        return withdrawals.getOrDefault(stream, Withdrawals.NONE);
    }

    private static long extraBytes(StreamEntry entry) {
        return entry != null && entry.sessions() instanceof SessionList list ? list.extraBytes() : 0;
    }

    /**
     * Returns how many sessions the directory entry of an epoch lists, including those that are omitted here for lack
     * of memory.
     */
    public static int sessions(StreamEntry epoch) {
        return SessionList.count(epoch);
    }

    /** Returns the presence of a stream. */
    public Presence presence(String stream) {
        if (streams.containsKey(stream)) {
            return Presence.KNOWN;
        }
        return expiries.containsKey(stream) ? Presence.EXPIRED : Presence.UNKNOWN;
    }

    /** Returns the presence of one epoch. Every number up to that of the newest expired epoch counts as expired. */
    public Presence presence(String stream, long epoch) {
        if (epochs(stream).containsKey(epoch)) {
            return Presence.KNOWN;
        }
        return hasExpired(stream, epoch) ? Presence.EXPIRED : Presence.UNKNOWN;
    }

    /**
     * Returns the presence of the epoch with this name. If the number belongs to an epoch with another nonce, the log
     * has lost the named epoch, which counts as expired.
     */
    public Presence presence(String stream, EpochName name) {
        Presence ofNumber = presence(stream, name.number());
        return ofNumber == Presence.KNOWN && epoch(stream, name).isEmpty() ? Presence.EXPIRED : ofNumber;
    }

    private boolean hasExpired(String stream, long epoch) {
        StreamExpiry expiry = expiries.get(stream);
        return expiry != null && epoch <= expiry.lastEpoch();
    }

    /** Returns the entry of the stream's newest epoch. */
    public Optional<StreamEntry> newest(String stream) {
        return Optional.ofNullable(epochs(stream).lastEntry()).map(Map.Entry::getValue);
    }

    /** Returns the entry of the epoch with this number, or empty if it is not retained. */
    public Optional<StreamEntry> epoch(String stream, long epoch) {
        return Optional.ofNullable(epochs(stream).get(epoch));
    }

    /** Returns the entry of the epoch with this name. */
    public Optional<StreamEntry> epoch(String stream, EpochName name) {
        return epoch(stream, name.number()).filter(entry -> entry.name().equals(name));
    }

    /** Returns the retained epochs of a stream, oldest first. */
    public List<StreamEntry> history(String stream) {
        return List.copyOf(epochs(stream).values());
    }

    /**
     * Returns whether a stream had media between two times, retained or expired. For retained epochs, the sessions
     * decide. Of expired ones, only the start of the first and the end of the last are known, so all times in between
     * count.
     *
     * @param startMs ms since 1970, inclusive
     * @param endMs ms since 1970, exclusive
     */
    public boolean wasShown(String stream, long startMs, long endMs) {
        StreamExpiry expiry = expiries.get(stream);
        return expiry != null && expiry.firstSeenMs() < endMs && expiry.endMs() > startMs
                || SessionSpan.of(history(stream)).stream()
                        .anyMatch(span -> span.startMs() < endMs && span.endMs() > startMs);
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
}
