package io.millrace.ingest.session;

import io.millrace.platform.kafka.StreamKey;
import io.millrace.platform.log.SessionStarted;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.log.StreamExpiry;
import io.millrace.platform.log.TrackSet;
import io.millrace.platform.log.Withdrawal;
import io.millrace.platform.net.PeerNetwork;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * The directory as this node has read it in {@code streams}: the existing names, the number of entries (one per epoch)
 * of each network, the last offset of each epoch, and up to which epoch each stream has expired.
 *
 * <p>Thread-safe: written by the feed, read for each publish and once per minute. Bounded by the directory itself, at a
 * few hundred bytes per entry.
 */
public final class KnownNames {
    /** Stands for the first retained offset of a partition that another node owns. */
    public static final long NOT_OWNED = -1;
    /** Stands for the last offset of an epoch that has not ended. */
    private static final long RUNNING = -1;
    private static final long NO_EPOCH = -1;
    /**
     * Limit of the remembered streams that have no epoch. Beyond it, the expiry records of the streams that ended first
     * are removed.
     */
    static final int EXPIRED_LIMIT = 10_000;

    /**
     * One epoch of a name.
     *
     * @param network network of the encoder in the first entry of the epoch
     * @param lastOffset the epoch's last offset in {@code packets}, {@link #RUNNING} before its end
     * @param greatest number that a claim at the newest known offset of the epoch would have, or the number of the
     *        epoch's newest session if that is greater
     * @param shown the expiry record to write when the epoch has expired, null if the epoch has no segment
     * @param tracks the default tracks of the epoch's newest session, as far as the segmenter has seen them
     * @param at place of the entry in the directory
     */
    private record Span(String network, long lastOffset, long greatest, StreamExpiry shown, TrackSet tracks, Place at) {
        boolean isBefore(long offset) {
            return lastOffset != RUNNING && lastOffset < offset;
        }
    }

    /**
     * Place of an entry in the directory.
     *
     * @param position offset in {@code packets} up to which the entry describes the epoch
     * @param offset of the entry in {@code streams}
     * @param overwritten whether a replaced segmenter has written an older entry after this one
     */
    private record Place(long position, long offset, boolean overwritten) {}

    /**
     * An entry that must be written again: the newest record with the entry's key is an older entry, and compaction
     * would remove the correct one.
     *
     * @param offset of the entry in {@code streams}
     */
    public record Overwritten(String stream, long epoch, long offset) {}

    /**
     * The expired part of a stream.
     *
     * @param whole all records that were read, merged
     * @param newest the record that was read last, which covers less than {@code whole} if a replaced owner wrote it
     *        late
     */
    private record Expiry(StreamExpiry whole, StreamExpiry newest) {}

    /**
     * A change of the directory that must be written.
     *
     * @param record the part of the stream that has expired by now; null if nothing has, or the directory contains it already
     * @param epochs the epochs to remove after {@code record} is acknowledged, in ascending order
     * @param withdrawals the withdrawals to remove with them
     */
    public record Expired(String stream, StreamExpiry record, List<Long> epochs, List<Withdrawal.Key> withdrawals) {}

    private final Map<String, TreeMap<Long, Span>> names = new HashMap<>();
    private final Map<String, Expiry> expiries = new HashMap<>();
    /** The keys of all withdrawals, by stream. */
    private final Map<String, Set<Withdrawal.Key>> withdrawals = new HashMap<>();
    private final Map<String, Integer> networks = new HashMap<>();
    /** The keys of the {@link #EXPIRED_LIMIT} newest tombstones of epochs. */
    private final Map<String, Boolean> gone = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > EXPIRED_LIMIT;
        }
    };
    private int entries;

    /**
     * Adds or updates an entry that was read. It counts towards the limit of the network of the epoch's first encoder.
     *
     * @param offset of the entry in {@code streams}
     */
    public synchronized void onEntry(StreamEntry entry, long offset) {
        TreeMap<Long, Span> epochs = names.computeIfAbsent(entry.stream(), _ -> new TreeMap<>());
        Span before = epochs.get(entry.epoch());
        if (before != null && before.at().position() > entry.span().lastOffset()) {
            epochs.put(entry.epoch(), new Span(before.network(), before.lastOffset(), before.greatest(), before.shown(),
                    before.tracks(),
                    new Place(before.at().position(), before.at().offset(), true)));
            return;
        }
        String network = before == null
                ? PeerNetwork.ofEndpoint(entry.session().encoder().address())
                : before.network();
        if (before == null) {
            entries++;
            networks.merge(network, 1, Integer::sum);
        }
        long lastOffset = entry.state() == StreamEntry.State.ENDED ? entry.span().lastOffset() : RUNNING;
        epochs.put(entry.epoch(), new Span(network, lastOffset, greatest(entry), shown(entry),
                TrackSet.of(entry.session().tracks()),
                new Place(entry.span().lastOffset(), offset, false)));
    }

    /** Returns whether the newest epoch of {@code stream} has not ended and has these tracks. */
    public synchronized boolean isRunningWith(String stream, TrackSet tracks) {
        Map.Entry<Long, Span> newest = names.getOrDefault(stream, new TreeMap<>()).lastEntry();
        return newest != null && newest.getValue().lastOffset() == RUNNING && newest.getValue().tracks().equals(tracks);
    }

    /** Returns the entries that must be written again. */
    public synchronized List<Overwritten> overwritten() {
        List<Overwritten> overwritten = new ArrayList<>();
        names.forEach((stream, epochs) -> epochs.forEach((epoch, span) -> {
            if (span.at().overwritten()) {
                overwritten.add(new Overwritten(stream, epoch, span.at().offset()));
            }
        }));
        return overwritten;
    }

    private static long greatest(StreamEntry entry) {
        long session = entry.session().number();
        return Math.max(session, SessionStarted.number(SessionStarted.generation(session), entry.span().lastOffset()));
    }

    /**
     * Returns the greatest session number that is known for {@code stream}, -1 if none is. Sessions that are claimed
     * now have greater numbers, unless the log has lost records.
     */
    public synchronized long greatest(String stream) {
        Expiry expiry = expiries.get(stream);
        long expired = expiry == null ? -1 : expiry.whole().lastEpoch();
        return names.getOrDefault(stream, new TreeMap<>()).values().stream().mapToLong(Span::greatest)
                .reduce(expired, Math::max);
    }

    private static StreamExpiry shown(StreamEntry entry) {
        return entry.playlist().lastSegment() < 0
                ? null
                : new StreamExpiry(entry.stream(), entry.span().startedAtMs(), entry.epoch(), entry.span().endedAtMs());
    }

    /** Adds an expiry record that was read. */
    public synchronized void onExpiry(StreamExpiry record) {
        expiries.compute(record.stream(),
                (_, known) -> new Expiry(record.merge(known == null ? null : known.whole()), record));
    }

    /** Adds a withdrawal that was read. */
    public synchronized void onWithdrawal(Withdrawal record) {
        withdrawals.computeIfAbsent(record.stream(), _ -> new HashSet<>()).add(record.key());
    }

    /** Removes a withdrawal whose tombstone was read. */
    public synchronized void onRestored(Withdrawal.Key key) {
        withdrawals.computeIfPresent(key.stream(), (_, known) -> {
            known.remove(key);
            return known.isEmpty() ? null : known;
        });
    }

    /** Removes the expiry of a stream, because its tombstone was read. */
    public synchronized void onExpiryGone(String stream) {
        expiries.remove(stream);
    }

    /** Removes an entry whose tombstone was read. */
    public synchronized void onTombstone(String stream, long epoch) {
        gone.put(StreamKey.of(stream, epoch), true);
        TreeMap<Long, Span> epochs = names.get(stream);
        Span removed = epochs == null ? null : epochs.remove(epoch);
        if (removed == null) {
            return;
        }
        entries--;
        networks.computeIfPresent(removed.network(), (_, count) -> count == 1 ? null : count - 1);
        if (epochs.isEmpty()) {
            names.remove(stream);
        }
    }

    /** Returns whether the directory has an entry for {@code stream}. */
    public synchronized boolean has(String stream) {
        return names.containsKey(stream);
    }

    /** Returns the number of names that have an entry. */
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
     * Returns the changes that must be written because epochs have expired: they have ended, and none of their packets
     * is retained. An epoch in any state has also expired if a later epoch of the stream has, or if the epoch's
     * tombstone was read, because a replaced segmenter may have written the entry late.
     *
     * @param retainedFrom returns, for a stream, the first retained offset in the stream's partition of
     *        {@code packets}; {@link #NOT_OWNED} excludes the stream
     */
    public synchronized List<Expired> expired(ToLongFunction<String> retainedFrom) {
        Set<String> streams = new HashSet<>(names.keySet());
        streams.addAll(expiries.keySet());
        streams.addAll(withdrawals.keySet());
        List<Expired> expired = new ArrayList<>();
        for (String stream : streams) {
            long from = retainedFrom.applyAsLong(stream);
            if (from != NOT_OWNED) {
                Expired due = expired(stream, from);
                if (due.record() != null || !due.epochs().isEmpty() || !due.withdrawals().isEmpty()) {
                    expired.add(due);
                }
            }
        }
        return expired;
    }

    private Expired expired(String stream, long from) {
        Expiry known = expiries.get(stream);
        StreamExpiry whole = known == null ? null : known.whole();
        List<Long> due = new ArrayList<>();
        for (Map.Entry<Long, Span> epoch : names.getOrDefault(stream, new TreeMap<>()).descendingMap().entrySet()) {
            boolean isBehind = whole != null && epoch.getKey() <= whole.lastEpoch();
            boolean isGone = gone.containsKey(StreamKey.of(stream, epoch.getKey()));
            if (isBehind || isGone || epoch.getValue().isBefore(from)) {
                due.addFirst(epoch.getKey());
                StreamExpiry shown = epoch.getValue().shown();
                whole = shown == null ? whole : shown.merge(whole);
            }
        }
        boolean isKnown = whole == null || known != null && whole.equals(known.newest());
        long lastEpoch = whole == null ? NO_EPOCH : whole.lastEpoch();
        List<Withdrawal.Key> over = withdrawals.getOrDefault(stream, Set.of()).stream()
                .filter(each -> each.epoch() <= lastEpoch || due.contains(each.epoch())).toList();
        return new Expired(stream, isKnown ? null : whole, due, over);
    }

    /**
     * Returns the streams without an epoch whose expiry records must be removed so that no more than {@code limit} such
     * streams remain: those that ended first.
     */
    public synchronized List<String> forgotten(int limit) {
        List<StreamExpiry> without = expiries.values().stream().map(Expiry::whole)
                .filter(expiry -> !names.containsKey(expiry.stream()))
                .sorted(Comparator.comparingLong(StreamExpiry::endMs).thenComparing(StreamExpiry::stream)).toList();
        return without.stream().limit(Math.max(0, without.size() - limit)).map(StreamExpiry::stream).toList();
    }
}
