package io.millrace.edge.feed;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.live.Directory;
import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.PastRange;
import io.millrace.edge.live.PlaylistBlock;
import io.millrace.edge.live.Segment;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The index of the past, read when it is asked for and kept as rendered blocks within a bound of bytes. Thread-safe.
 *
 * <p>A playlist costs the reading of the blocks that nobody has asked for yet, some at a time: between two of its reads
 * those of others have their turn. Its next version costs one block, whatever its length.
 */
public final class PastIndex implements PastSource {
    /** Blocks in one read: some 17 minutes of a stream of 2 s segments, about 0.1 s beside seven neighbours. */
    static final int BLOCKS_A_READ = 8;
    private static final Duration TAIL_KEPT = Duration.ofMinutes(1);
    /** A block that may still grow is read again after so long. */
    private static final Duration GROWING_KEPT = Duration.ofSeconds(1);
    private static final Duration BLOCK_KEPT = Duration.ofMinutes(30);
    private static final Duration VERSION_KEPT = Duration.ofSeconds(5);
    private static final int ENTRIES_LIMIT = 10_000;
    /** Of the memory, what versions of playlists may take that nobody shares any more. */
    private static final int VERSIONS_SHARE = 4;
    private static final int ANSWER_BYTES = 512;

    private record BlockKey(String stream, long epoch, long number) {}

    private record EpochKey(String stream, long epoch) {}

    private record TailKey(EpochKey epoch, long newest) {}

    private record VersionKey(PastRange range, long newest, boolean live) {}

    /** @param block null if the index has nothing of it */
    private record Loaded(PlaylistBlock block, boolean settled) {}

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final Directory directory;
    private final Asker asker;
    private final MomentCells moments;
    private final AsyncCache<BlockKey, Loaded> blocks;
    private final AsyncCache<VersionKey, Answer> versions;
    private final Cache<EpochKey, PlaylistBlock> tails;
    private final AsyncCache<TailKey, List<PlaylistBlock>> tailReads;

    PastIndex(KafkaClients kafka, ReaderPool readers, Directory directory, long cacheBytes, Ticker ticker) {
        this.kafka = kafka;
        this.readers = readers;
        this.directory = directory;
        asker = Asker.EDGE;
        moments = new MomentCells(kafka, readers, Topic.PARTS, ticker);
        tails = Caffeine.newBuilder().ticker(ticker).expireAfterAccess(TAIL_KEPT).maximumSize(ENTRIES_LIMIT).build();
        tailReads = Caffeine.newBuilder().ticker(ticker).expireAfterWrite(GROWING_KEPT).maximumSize(ENTRIES_LIMIT)
                .buildAsync();
        blocks = Caffeine.newBuilder().ticker(ticker).maximumWeight(cacheBytes)
                .<BlockKey, Loaded>weigher((_, loaded) -> loaded.block() == null
                        ? ANSWER_BYTES
                        : loaded.block().sizeBytes())
                .expireAfter(Expiry.<BlockKey, Loaded>writing(
                        (_, loaded) -> loaded.settled() ? BLOCK_KEPT : GROWING_KEPT))
                .buildAsync();
        versions = Caffeine.newBuilder().ticker(ticker).maximumWeight(cacheBytes / VERSIONS_SHARE)
                .<VersionKey, Answer>weigher((_, answer) -> answer instanceof Answer.Listed(var playlist)
                        ? (int) Math.min(Integer.MAX_VALUE, playlist.text().sizeBytes() + ANSWER_BYTES)
                        : ANSWER_BYTES)
                .expireAfterWrite(VERSION_KEPT).buildAsync();
    }

    /** The same, with all that is kept, for one asker. */
    private PastIndex(PastIndex shared, Asker asker) {
        kafka = shared.kafka;
        readers = shared.readers;
        directory = shared.directory;
        moments = shared.moments;
        blocks = shared.blocks;
        versions = shared.versions;
        tails = shared.tails;
        tailReads = shared.tailReads;
        this.asker = asker;
    }

    @Override
    public PastSource readBy(Asker who) {
        return new PastIndex(this, who);
    }

    private <T> CompletableFuture<T> read(String stream, Function<PastReader, T> read) {
        return moments.floor(stream).thenCompose(
                floor -> readers.submit(asker, reader -> read.apply(new PastReader(kafka, reader, floor))));
    }

    @Override
    public CompletableFuture<Moment> moment(String stream, long timeMs) {
        return moments.find(directory.history(stream), timeMs, asker);
    }

    @Override
    public CompletableFuture<Retained> retained(String stream) {
        return moments.floor(stream).thenApply(floor -> new Retained(floor.mediaOffset(), floor.fromMs()));
    }

    @Override
    public CompletionStage<Answer> playlist(PastRange range, List<StreamEntry> epochs, EpochView live) {
        long newest = live == null ? epochs.getLast().lastSegment() : live.newest();
        var key = new VersionKey(range, newest, live != null);
        return asker.shares(() -> versions.get(key, (_, _) -> Asker.bare(retained(range.stream())
                .thenCompose(now -> range.isDelayed()
                        ? new DelayWalk(this, range, epochs, live, now.partsOffset()).run()
                        : walk(range, epochs, live, now)))));
    }

    private CompletableFuture<Answer> walk(PastRange range, List<StreamEntry> epochs, EpochView live, Retained now) {
        return moment(range.stream(), range.startMs()).thenCompose(found -> switch (found) {
            case Moment.NotYet() -> CompletableFuture.completedFuture(new Answer.NotYet());
            case Moment.At at -> new RangeWalk(this, range, epochs, live, now.partsOffset(), at).run();
        });
    }

    /**
     * The blocks that hold the segments {@code from} to {@code to} of an epoch, whole as far as they are settled: some of
     * the first ones, at least one if there is any.
     */
    CompletableFuture<List<PlaylistBlock>> blocks(StreamEntry epoch, long from, long to, OptionalLong hint) {
        long first = PlaylistBlock.numberOf(from);
        long last = Math.min(PlaylistBlock.numberOf(to), first + BLOCKS_A_READ - 1);
        List<BlockKey> keys = new ArrayList<>();
        for (long number = first; number <= last; number++) {
            keys.add(new BlockKey(epoch.stream(), epoch.epoch(), number));
        }
        return asker.shares(() -> blocks.getAll(keys, (missing, _) -> Asker.bare(load(epoch, missing, to, hint))))
                .thenApply(loaded -> {
                    List<PlaylistBlock> found = new ArrayList<>();
                    for (BlockKey key : keys) {
                        Loaded block = loaded.get(key);
                        if (block == null || block.block() == null) {
                            break;
                        }
                        found.add(block.block());
                    }
                    return found;
                });
    }

    private CompletableFuture<Map<BlockKey, Loaded>> load(StreamEntry epoch, Set<? extends BlockKey> missing, long to,
            OptionalLong hint) {
        var numbers = new TreeSet<Long>();
        missing.forEach(key -> numbers.add(key.number()));
        long first = numbers.first() * PlaylistBlock.SEGMENTS;
        long last = Math.min(to, (numbers.last() + 1) * PlaylistBlock.SEGMENTS - 1);
        OptionalLong from = behind(epoch, numbers.first())
                .or(() -> hint.isPresent() ? Optional.of(hint) : Optional.empty())
                .orElse(OptionalLong.empty());
        return read(epoch.stream(), reader -> reader.blocks(epoch, first, last, from)).thenApply(read -> {
            Map<BlockKey, Loaded> loaded = new HashMap<>();
            missing.forEach(key -> loaded.put(key, new Loaded(null, false)));
            for (PlaylistBlock block : read.blocks()) {
                var key = new BlockKey(epoch.stream(), epoch.epoch(), PlaylistBlock.numberOf(block.first()));
                boolean isWhole = block.last() - block.first() + 1 == PlaylistBlock.SEGMENTS
                        || epoch.state() == StreamEntry.State.ENDED && block.last() == epoch.lastSegment();
                loaded.put(key, new Loaded(block, isWhole && (read.settled() || block != read.blocks().getLast())));
            }
            return loaded;
        });
    }

    /** Where the index goes on behind the block before, if that is known. */
    private Optional<OptionalLong> behind(StreamEntry epoch, long number) {
        var before = blocks.getIfPresent(new BlockKey(epoch.stream(), epoch.epoch(), number - 1));
        Loaded known = before == null ? null : before.getNow(null);
        return known == null || known.block() == null
                ? Optional.empty()
                : Optional.of(OptionalLong.of(known.block().nextOffset()));
    }

    /** The newest segments of an epoch that goes on, from the beginning of their block to {@code newest}. */
    CompletableFuture<List<PlaylistBlock>> tail(StreamEntry epoch, long newest, EpochView live, OptionalLong hint) {
        long first = PlaylistBlock.numberOf(newest) * PlaylistBlock.SEGMENTS;
        var key = new EpochKey(epoch.stream(), epoch.epoch());
        PlaylistBlock known = tails.getIfPresent(key);
        Optional<PlaylistBlock> grown = PlaylistBlock.grow(known, epoch.epoch(), live.segments(), newest);
        if (grown.isPresent()) {
            tails.put(key, grown.get());
            return CompletableFuture.completedFuture(List.of(grown.get()));
        }
        OptionalLong from = behind(epoch, PlaylistBlock.numberOf(first)).orElse(hint);
        // Whoever asks before the answer is there shares it: of a popular stream that is everybody at once.
        return asker.shares(() -> tailReads.get(new TailKey(key, newest), (_, _) -> Asker.bare(
                read(epoch.stream(), reader -> reader.blocks(epoch, first, newest, from)).thenApply(read -> {
                    read.blocks().forEach(block -> tails.put(key, block));
                    return read.blocks();
                }))));
    }

    @Override
    public CompletableFuture<Optional<PlaylistBlock>> around(StreamEntry epoch, long segment, EpochView live) {
        long newest = live == null ? epoch.lastSegment() : live.newest();
        long end = (PlaylistBlock.numberOf(segment) + 1) * PlaylistBlock.SEGMENTS - 1;
        if (segment > newest) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<List<PlaylistBlock>> found = live == null || end <= newest
                ? blocks(epoch, segment, Math.min(end, newest), OptionalLong.empty())
                : tail(epoch, newest, live, OptionalLong.empty());
        return found.thenApply(blocks -> blocks.stream().filter(block -> block.contains(segment)).findFirst());
    }

    @Override
    public CompletionStage<Optional<Segment>> segment(StreamEntry epoch, long number, EpochView live) {
        return around(epoch, number, live).thenApply(
                found -> found.map(block -> block.segment(number)).filter(Segment::complete));
    }

    @Override
    public CompletionStage<OptionalLong> availableFromMs(String stream) {
        return moment(stream, PastRange.BEGINNING).thenApply(found -> found instanceof Moment.At at
                ? OptionalLong.of(at.entry().programDateTimeMs())
                : OptionalLong.empty());
    }
}
