package io.millrace.edge.feed;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.live.SessionSpan;
import io.millrace.edge.live.Tracks;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import io.millrace.platform.past.MomentStretch;
import io.millrace.platform.past.Moments;
import io.millrace.platform.past.Moments.Floor;
import io.millrace.platform.past.ReadBudget;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Finds moments in the index, a minute of it at a time: one read answers for every millisecond of that minute, whoever asks.
 * Where to look is told by the directory, so that nothing is searched where a stream has shown nothing. Thread-safe.
 */
final class MomentCells {
    static final long CELL_MS = 60_000;
    /** How long what is retained may be told wrongly; the log drops whole rolls at a time. */
    private static final Duration FLOOR_KEPT = Duration.ofSeconds(5);
    private static final Duration CELL_KEPT = Duration.ofMinutes(5);
    /** A cell at the end of the log is read again after so long. */
    private static final Duration GROWING_KEPT = Duration.ofSeconds(1);
    /** Of all cells together: some 15 MB. */
    private static final int ENTRIES_LIMIT = 50_000;
    /** A session's end is told in whole ms, its media in ticks. */
    private static final long ROUNDING_MS = 2;

    private record Key(String stream, long epoch, long cell) {}

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final Topic media;
    private final AsyncCache<Integer, Floor> floors;
    private final AsyncCache<Key, MomentStretch> cells;

    /**
     * @param media what must be retained at a moment: {@link Topic#PARTS} or {@link Topic#PACKETS}
     * @param ticker by whose time what was read is kept
     */
    MomentCells(KafkaClients kafka, ReaderPool readers, Topic media, Ticker ticker) {
        this.kafka = kafka;
        this.readers = readers;
        this.media = media;
        floors = Caffeine.newBuilder().ticker(ticker).expireAfterWrite(FLOOR_KEPT).buildAsync();
        cells = Caffeine.newBuilder().ticker(ticker).maximumWeight(ENTRIES_LIMIT)
                .<Key, MomentStretch>weigher((_, stretch) -> 1 + stretch.entries().size())
                .expireAfter(Expiry.<Key, MomentStretch>writing(
                        (_, stretch) -> stretch.settled() ? CELL_KEPT : GROWING_KEPT))
                .buildAsync();
    }

    /**
     * Where what is retained of a stream's partition begins. One read every few seconds for all who ask, so it has the
     * edge's own turn: behind the other reads of the client that asked first, everybody would wait.
     */
    CompletableFuture<Floor> floor(String stream) {
        int partition = kafka.partitionOf(stream);
        return floors.get(partition, (_, _) -> readers.submit(Asker.EDGE,
                reader -> new Moments(kafka, reader).floor(partition, media)));
    }

    /** More has expired than {@link #floor} says. */
    void forgetFloor(String stream) {
        floors.synchronous().invalidate(kafka.partitionOf(stream));
    }

    /**
     * Where a stream stood at a time, as far as it is retained.
     *
     * @param epochs of the stream, oldest first
     */
    CompletableFuture<Moment> find(List<StreamEntry> epochs, long timeMs, Asker asker) {
        List<StreamEntry> later = epochs.stream()
                .filter(epoch -> endMs(epoch) > timeMs && !Tracks.areOutsideTs(epoch)).toList();
        if (later.isEmpty()) {
            return CompletableFuture.completedFuture(new Moment.NotYet());
        }
        return floor(later.getFirst().stream()).thenCompose(floor -> find(later, timeMs, floor, asker));
    }

    /** The older of two epochs that overlap has the moment. */
    private CompletableFuture<Moment> find(List<StreamEntry> epochs, long timeMs, Floor floor, Asker asker) {
        if (epochs.isEmpty()) {
            return CompletableFuture.completedFuture(new Moment.NotYet());
        }
        StreamEntry epoch = epochs.getFirst();
        long atMs = Math.max(timeMs, epoch.startedAtMs());
        return cell(epoch, atMs, floor, asker).thenCompose(stretch -> stretch.find(atMs) instanceof Moment.At at
                ? CompletableFuture.completedFuture(at)
                : find(epochs.subList(1, epochs.size()), timeMs, floor, asker));
    }

    private CompletableFuture<MomentStretch> cell(StreamEntry epoch, long atMs, Floor floor, Asker asker) {
        if (floor.fromMs() == Long.MAX_VALUE) {
            return CompletableFuture.completedFuture(new MomentStretch(List.of(), false));
        }
        long cell = (atMs - epoch.startedAtMs()) / CELL_MS;
        var key = new Key(epoch.stream(), epoch.epoch(), cell);
        return asker.shares(() -> cells.get(key, (_, _) -> read(epoch, cell, floor, asker))).thenCompose(known -> {
            if (!(known.find(atMs) instanceof Moment.At at)) {
                if (!known.settled()) {
                    // The next one who asks looks again.
                    cells.synchronous().invalidate(key);
                }
                return CompletableFuture.completedFuture(known);
            }
            if (isRetained(at.entry(), floor)) {
                return CompletableFuture.completedFuture(known);
            }
            // It was retained when it was read.
            cells.synchronous().invalidate(key);
            return asker.shares(() -> cells.get(key, (_, _) -> read(epoch, cell, floor, asker)));
        });
    }

    private CompletableFuture<MomentStretch> read(StreamEntry epoch, long cell, Floor floor, Asker asker) {
        long fromMs = epoch.startedAtMs() + cell * CELL_MS;
        return readers.submit(asker, reader -> new Moments(kafka, reader).stretch(epoch, fromMs, fromMs + CELL_MS - 1,
                media, floor, new ReadBudget(Moments.SEARCH_LIMIT_BYTES)));
    }

    private boolean isRetained(IndexEntry entry, Floor floor) {
        return (media == Topic.PARTS ? entry.partsOffset() : entry.keyframeOffset()) >= floor.mediaOffset();
    }

    /** PROGRAM-DATE-TIME behind its last media; it may be a little less. */
    private static long endMs(StreamEntry epoch) {
        return epoch.state() != StreamEntry.State.ENDED
                ? Long.MAX_VALUE
                : SessionSpan.of(List.of(epoch)).stream().mapToLong(SessionSpan::endMs).max()
                        .orElse(epoch.endedAtMs()) + ROUNDING_MS;
    }
}
