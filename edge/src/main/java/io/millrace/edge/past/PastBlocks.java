package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Requester;
import io.millrace.edge.log.SharedReads;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RenditionView;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.log.EpochName;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/** Reads playlist blocks from the index on demand, and caches them within a limit of bytes. Thread-safe. */
final class PastBlocks {
    /**
     * Maximum number of blocks in one read: about 17 minutes of a stream with 2 s segments, which takes about 0.1 s if
     * the partition has seven other such streams.
     */
    static final int BLOCKS_A_READ = 8;
    /** How long the newest block of a running epoch is cached after its last use. */
    private static final Duration TAIL_KEPT = Duration.ofMinutes(1);
    /** How long a block that may still grow is cached. */
    private static final Duration GROWING_KEPT = Duration.ofSeconds(1);
    private static final Duration BLOCK_KEPT = Duration.ofMinutes(30);
    private static final int ENTRIES_LIMIT = 10_000;
    /** Memory that is counted for a cached block that the index does not contain. */
    static final int ABSENT_BYTES = 512;

    /** Identifies a rendition of an epoch and the withdrawn ranges of its stream. */
    record MediaKey(String stream, EpochName epoch, RenditionId rendition, Withdrawals withdrawals) {
        LongPredicate withdrawn() {
            return withdrawals.segments(epoch.number());
        }
    }

    /** @param number see {@link PlaylistBlock#numberOf} */
    record BlockKey(MediaKey media, long number) {}

    /** @param newest number of the newest segment */
    record TailKey(MediaKey media, long newest) {}

    /**
     * A block that was read.
     *
     * @param block null if the index contains no entry of it
     * @param settled whether the block is complete and final
     */
    record Loaded(PlaylistBlock block, boolean settled) {
        int sizeBytes() {
            return block == null ? ABSENT_BYTES : block.sizeBytes();
        }
    }

    private final KafkaClients kafka;
    private final StreamDirectory directory;
    private final ReaderPool readers;
    private final MomentCache moments;
    private final SharedReads<BlockKey, Loaded> blocks;
    private final Cache<MediaKey, PlaylistBlock> tails;
    private final SharedReads<TailKey, List<PlaylistBlock>> tailReads;

    PastBlocks(KafkaClients kafka, StreamDirectory directory, ReaderPool readers, MomentCache moments, long cacheBytes,
            Ticker ticker) {
        this.kafka = kafka;
        this.directory = directory;
        this.readers = readers;
        this.moments = moments;
        tails = tails(ENTRIES_LIMIT).ticker(ticker).build();
        tailReads = new SharedReads<>(tailReads(ENTRIES_LIMIT).ticker(ticker).build());
        blocks = new SharedReads<>(blocks(cacheBytes).ticker(ticker).build());
    }

    static Caffeine<Object, Object> tails(int limit) {
        return Caffeine.newBuilder().expireAfterAccess(TAIL_KEPT).maximumSize(limit);
    }

    static Caffeine<Object, Object> tailReads(int limit) {
        return Caffeine.newBuilder().expireAfterWrite(GROWING_KEPT).maximumSize(limit);
    }

    static Caffeine<BlockKey, Loaded> blocks(long cacheBytes) {
        return Caffeine.newBuilder().maximumWeight(cacheBytes)
                .<BlockKey, Loaded>weigher((_, loaded) -> loaded.sizeBytes())
                .expireAfter(Expiry.<BlockKey, Loaded>writing(
                        (_, loaded) -> loaded.settled() ? BLOCK_KEPT : GROWING_KEPT));
    }

    private MediaKey key(StreamEntry epoch, RenditionId rendition) {
        return new MediaKey(epoch.stream(), epoch.name(), rendition, directory.withdrawals(epoch.stream()));
    }

    private <T> CompletableFuture<T> read(String stream, Requester requesters, Function<PastReader, T> read) {
        return moments.floor(stream).thenCompose(
                floor -> readers.submit(requesters, reader -> read.apply(new PastReader(kafka, reader, floor))));
    }

    /**
     * Returns consecutive blocks, beginning with the one that contains segment {@code from}, up to the one that
     * contains {@code to} (inclusive), but at most {@link #BLOCKS_A_READ}, and only up to the first block that the
     * index does not contain. The caller asks again for the rest.
     *
     * @param hint an offset in {@code index} at or before the first record of the first block, if one is known
     */
    CompletableFuture<List<PlaylistBlock>> from(StreamEntry epoch, RenditionId rendition, long from, long to,
            OptionalLong hint, Requester requester) {
        MediaKey media = key(epoch, rendition);
        long first = PlaylistBlock.numberOf(from);
        long last = Math.min(PlaylistBlock.numberOf(to), first + BLOCKS_A_READ - 1);
        List<BlockKey> keys = LongStream.rangeClosed(first, last)
                .mapToObj(number -> new BlockKey(media, number)).toList();
        return blocks
                .getAll(keys, requester, (missing, requesters) -> load(epoch, media, missing, to, hint, requesters))
                .thenApply(loaded -> keys.stream().map(loaded::get)
                        .map(some -> some == null ? null : some.block()).takeWhile(Objects::nonNull).toList());
    }

    private CompletableFuture<Map<BlockKey, Loaded>> load(StreamEntry epoch, MediaKey media, Set<BlockKey> missing,
            long to, OptionalLong hint, Requester requesters) {
        NavigableSet<Long> numbers = new TreeSet<>();
        missing.forEach(key -> numbers.add(key.number()));
        long first = numbers.first() * PlaylistBlock.SEGMENTS;
        long last = Math.min(to, (numbers.last() + 1) * PlaylistBlock.SEGMENTS - 1);
        OptionalLong from = behind(media, numbers.first()).orElse(hint);
        return read(epoch.stream(), requesters,
                reader -> reader.blocks(epoch, media.rendition(), first, last, from, media.withdrawn()))
                .thenApply(read -> {
                    Map<BlockKey, Loaded> loaded = new HashMap<>();
                    missing.forEach(key -> loaded.put(key, new Loaded(null, false)));
                    for (PlaylistBlock block : read.blocks()) {
                        boolean isWhole = block.last() - block.first() + 1 == PlaylistBlock.SEGMENTS
                                || epoch.state() == StreamEntry.State.ENDED
                                        && block.last() == epoch.playlist().lastSegment();
                        loaded.put(new BlockKey(media, PlaylistBlock.numberOf(block.first())),
                                new Loaded(block, isWhole && (read.settled() || block != read.blocks().getLast())));
                    }
                    return loaded;
                });
    }

    /** Returns the offset in {@code index} after the preceding block, if that block is cached. */
    private Optional<OptionalLong> behind(MediaKey media, long number) {
        return blocks.known(new BlockKey(media, number - 1)).map(Loaded::block)
                .map(block -> OptionalLong.of(block.nextOffset()));
    }

    /**
     * Returns the newest block of a running epoch, up to the segment {@code newest}; none if the index lacks it.
     *
     * @param live the current view of the rendition
     * @param hint as for {@link #from}
     */
    CompletableFuture<List<PlaylistBlock>> tail(StreamEntry epoch, RenditionId rendition, long newest,
            RenditionView live, OptionalLong hint, Requester requester) {
        long first = PlaylistBlock.numberOf(newest) * PlaylistBlock.SEGMENTS;
        MediaKey key = key(epoch, rendition);
        PlaylistBlock known = tails.getIfPresent(key);
        Optional<PlaylistBlock> grown = PlaylistBlock.grow(known, epoch.name(), rendition, live.segments(),
                newest, key.withdrawn());
        if (grown.isPresent()) {
            tails.put(key, grown.get());
            return CompletableFuture.completedFuture(List.of(grown.get()));
        }
        OptionalLong from = behind(key, PlaylistBlock.numberOf(first)).orElse(hint);
        // Concurrent requests share one read: all viewers of a stream ask for its newest block at the same time.
        return tailReads.get(new TailKey(key, newest), requester,
                requesters -> read(epoch.stream(), requesters,
                        reader -> reader.blocks(epoch, rendition, first, newest, from, key.withdrawn()))
                        .thenApply(read -> {
                            read.blocks().forEach(block -> tails.put(key, block));
                            return read.blocks();
                        }));
    }
}
