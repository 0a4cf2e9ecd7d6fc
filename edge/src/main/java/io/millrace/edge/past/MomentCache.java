package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Requester;
import io.millrace.edge.log.SharedReads;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.MomentSpan;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.Moments.Floor;
import io.millrace.platform.past.ReadBudget;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Finds moments in the index. Reads and caches the index by the minute (a <i>cell</i>), so that one read serves all
 * clients that look for a time in that minute. The directory tells which epochs have media, so that no other times are
 * searched. Thread-safe.
 */
final class MomentCache {
    /** Length of a cell. */
    static final long CELL_MS = 60_000;
    /** How long the retained range may be out of date; the log deletes whole log segments at a time. */
    private static final Duration FLOOR_KEPT = Duration.ofSeconds(5);
    private static final Duration CELL_KEPT = Duration.ofMinutes(5);
    /** How long a cell at the end of the log, which may still grow, is cached. */
    private static final Duration GROWING_KEPT = Duration.ofSeconds(1);
    /** Limit of the index entries in all cells together: about 15 MB. */
    private static final int ENTRIES_LIMIT = 50_000;

    /** @param cell number of the minute since the epoch's start */
    record Key(String stream, EpochName epoch, long cell) {}

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final Topic media;
    private final SharedReads<Integer, Floor> floors;
    private final SharedReads<Key, MomentSpan> cells;

    /**
     * @param media the topic that must be retained at a moment: {@link Topic#PARTS} or {@link Topic#PACKETS}
     * @param ticker the clock for cache expiry
     */
    MomentCache(KafkaClients kafka, ReaderPool readers, Topic media, Ticker ticker) {
        this.kafka = kafka;
        this.readers = readers;
        this.media = media;
        floors = new SharedReads<>(Caffeine.newBuilder().ticker(ticker).expireAfterWrite(FLOOR_KEPT).build());
        cells = new SharedReads<>(cells(ENTRIES_LIMIT).ticker(ticker).build());
    }

    static Caffeine<Key, MomentSpan> cells(int entriesLimit) {
        return Caffeine.newBuilder().maximumWeight(entriesLimit)
                .<Key, MomentSpan>weigher((_, span) -> 1 + span.entries().size())
                .expireAfter(Expiry.<Key, MomentSpan>writing(
                        (_, span) -> span.settled() ? CELL_KEPT : GROWING_KEPT));
    }

    /**
     * Returns where the retained part of a stream's partition begins; may be {@link #FLOOR_KEPT} old. One read every
     * few seconds serves all clients, so it is made on behalf of the edge: in the turn of the first client, all would
     * wait for that client's other reads.
     */
    CompletableFuture<Floor> floor(String stream) {
        int partition = kafka.partitionOf(stream);
        return floors.get(partition, Requester.EDGE, edge -> readers.submit(edge,
                reader -> new Moments(kafka, reader).floor(partition, media)));
    }

    /** Drops the cached floor, so that the next call of {@link #floor} reads it again. */
    void forgetFloor(String stream) {
        floors.forget(kafka.partitionOf(stream));
    }

    /**
     * Returns the position of a stream at a time, or after it if the stream had no retained media then.
     *
     * @param epochs the epochs of the stream in which to look, oldest first
     * @param timeMs PROGRAM-DATE-TIME, ms since 1970
     */
    CompletableFuture<Moment> find(List<StreamEntry> epochs, long timeMs, Requester requester) {
        List<StreamEntry> candidates = Moments.candidates(epochs, timeMs);
        if (candidates.isEmpty()) {
            return CompletableFuture.completedFuture(new Moment.NotYet());
        }
        return floor(candidates.getFirst().stream()).thenCompose(floor -> find(candidates, timeMs, floor, requester));
    }

    private CompletableFuture<Moment> find(List<StreamEntry> epochs, long timeMs, Floor floor, Requester requester) {
        if (epochs.isEmpty()) {
            return CompletableFuture.completedFuture(new Moment.NotYet());
        }
        StreamEntry epoch = epochs.getFirst();
        long atMs = Math.max(timeMs, epoch.span().startedAtMs());
        return cell(epoch, atMs, floor, requester).thenCompose(span -> span.find(atMs) instanceof Moment.At at
                ? CompletableFuture.completedFuture(at)
                : find(epochs.subList(1, epochs.size()), timeMs, floor, requester));
    }

    private CompletableFuture<MomentSpan> cell(StreamEntry epoch, long atMs, Floor floor, Requester requester) {
        if (floor.fromMs() == Long.MAX_VALUE) {
            return CompletableFuture.completedFuture(MomentSpan.EMPTY);
        }
        long cell = (atMs - epoch.span().startedAtMs()) / CELL_MS;
        var key = new Key(epoch.stream(), epoch.name(), cell);
        return cells.get(key, requester, requesters -> read(epoch, cell, floor, requesters)).thenCompose(known -> {
            if (!(known.find(atMs) instanceof Moment.At at)) {
                if (!known.settled()) {
                    // The next request looks again.
                    cells.forget(key);
                }
                return CompletableFuture.completedFuture(known);
            }
            if (isRetained(at.entry(), floor)) {
                return CompletableFuture.completedFuture(known);
            }
            // The media has expired since the index was read.
            cells.forget(key);
            return cells.get(key, requester, requesters -> read(epoch, cell, floor, requesters));
        });
    }

    private CompletableFuture<MomentSpan> read(StreamEntry epoch, long cell, Floor floor, Requester requesters) {
        long fromMs = epoch.span().startedAtMs() + cell * CELL_MS;
        return readers.submit(requesters, reader -> new Moments(kafka, reader).span(epoch, fromMs, fromMs + CELL_MS - 1,
                media, floor, new ReadBudget(Moments.SEARCH_LIMIT_BYTES)));
    }

    private boolean isRetained(IndexEntry entry, Floor floor) {
        return (media == Topic.PARTS ? entry.place().offset() : entry.keyframe().offset()) >= floor.mediaOffset();
    }
}
