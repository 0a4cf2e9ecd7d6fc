package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Requester;
import io.millrace.edge.log.SharedReads;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.platform.kafka.KafkaClients;
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
import java.util.stream.LongStream;

/** Reads blocks of past index entries on demand and caches them within a limit of bytes. Thread-safe. */
final class PastBlocks {
    /** Blocks in one read: some 17 minutes of a stream of 2 s segments, about 0.1 s beside seven neighbours. */
    static final int BLOCKS_A_READ = 8;
    private static final Duration TAIL_KEPT = Duration.ofMinutes(1);
    /** How long a block that may still grow is cached. */
    private static final Duration GROWING_KEPT = Duration.ofSeconds(1);
    private static final Duration BLOCK_KEPT = Duration.ofMinutes(30);
    private static final int ENTRIES_LIMIT = 10_000;
    /** Memory that the cache counts for a block that the index does not contain. */
    static final int ABSENT_BYTES = 512;

    record EpochKey(String stream, long epoch) {
        static EpochKey of(StreamEntry epoch) {
            return new EpochKey(epoch.stream(), epoch.epoch());
        }
    }

    record BlockKey(EpochKey epoch, long number) {}

    private record TailKey(EpochKey epoch, long newest) {}

    /** @param block null if the index contains no entry of it */
    record Loaded(PlaylistBlock block, boolean settled) {
        int sizeBytes() {
            return block == null ? ABSENT_BYTES : block.sizeBytes();
        }
    }

    private final KafkaClients kafka;
    private final ReaderPool readers;
    private final MomentCache moments;
    private final SharedReads<BlockKey, Loaded> blocks;
    private final Cache<EpochKey, PlaylistBlock> tails;
    private final SharedReads<TailKey, List<PlaylistBlock>> tailReads;

    PastBlocks(KafkaClients kafka, ReaderPool readers, MomentCache moments, long cacheBytes, Ticker ticker) {
        this.kafka = kafka;
        this.readers = readers;
        this.moments = moments;
        tails = tails(ENTRIES_LIMIT).ticker(ticker).build();
        tailReads = new SharedReads<>(Caffeine.newBuilder().ticker(ticker).expireAfterWrite(GROWING_KEPT)
                .maximumSize(ENTRIES_LIMIT).build());
        blocks = new SharedReads<>(blocks(cacheBytes).ticker(ticker).build());
    }

    static Caffeine<Object, Object> tails(int limit) {
        return Caffeine.newBuilder().expireAfterAccess(TAIL_KEPT).maximumSize(limit);
    }

    static Caffeine<BlockKey, Loaded> blocks(long cacheBytes) {
        return Caffeine.newBuilder().maximumWeight(cacheBytes)
                .<BlockKey, Loaded>weigher((_, loaded) -> loaded.sizeBytes())
                .expireAfter(Expiry.<BlockKey, Loaded>writing(
                        (_, loaded) -> loaded.settled() ? BLOCK_KEPT : GROWING_KEPT));
    }

    private <T> CompletableFuture<T> read(String stream, Requester requesters, Function<PastReader, T> read) {
        return moments.floor(stream).thenCompose(
                floor -> readers.submit(requesters, reader -> read.apply(new PastReader(kafka, reader, floor))));
    }

    /**
     * Returns the blocks that contain the segments {@code from} to {@code to} of an epoch, up to {@link #BLOCKS_A_READ}
     * of them, starting with the first; at least one if there is any.
     *
     * @param hint an offset in {@code index} at or before the first block, if one is known
     */
    CompletableFuture<List<PlaylistBlock>> from(StreamEntry epoch, long from, long to, OptionalLong hint,
            Requester requester) {
        long first = PlaylistBlock.numberOf(from);
        long last = Math.min(PlaylistBlock.numberOf(to), first + BLOCKS_A_READ - 1);
        List<BlockKey> keys = LongStream.rangeClosed(first, last)
                .mapToObj(number -> new BlockKey(EpochKey.of(epoch), number)).toList();
        return blocks.getAll(keys, requester, (missing, requesters) -> load(epoch, missing, to, hint, requesters))
                .thenApply(loaded -> keys.stream().map(loaded::get)
                        .map(some -> some == null ? null : some.block()).takeWhile(Objects::nonNull).toList());
    }

    private CompletableFuture<Map<BlockKey, Loaded>> load(StreamEntry epoch, Set<BlockKey> missing, long to,
            OptionalLong hint, Requester requesters) {
        NavigableSet<Long> numbers = new TreeSet<>();
        missing.forEach(key -> numbers.add(key.number()));
        long first = numbers.first() * PlaylistBlock.SEGMENTS;
        long last = Math.min(to, (numbers.last() + 1) * PlaylistBlock.SEGMENTS - 1);
        OptionalLong from = behind(epoch, numbers.first()).orElse(hint);
        return read(epoch.stream(), requesters, reader -> reader.blocks(epoch, first, last, from)).thenApply(read -> {
            Map<BlockKey, Loaded> loaded = new HashMap<>();
            missing.forEach(key -> loaded.put(key, new Loaded(null, false)));
            for (PlaylistBlock block : read.blocks()) {
                boolean isWhole = block.last() - block.first() + 1 == PlaylistBlock.SEGMENTS
                        || epoch.state() == StreamEntry.State.ENDED && block.last() == epoch.playlist().lastSegment();
                loaded.put(new BlockKey(EpochKey.of(epoch), PlaylistBlock.numberOf(block.first())),
                        new Loaded(block, isWhole && (read.settled() || block != read.blocks().getLast())));
            }
            return loaded;
        });
    }

    /** Returns the offset in {@code index} after the preceding block, if that block is cached. */
    private Optional<OptionalLong> behind(StreamEntry epoch, long number) {
        return blocks.known(new BlockKey(EpochKey.of(epoch), number - 1)).map(Loaded::block)
                .map(block -> OptionalLong.of(block.nextOffset()));
    }

    /** Returns the newest segments of a running epoch, from the start of their block to {@code newest}. */
    CompletableFuture<List<PlaylistBlock>> tail(StreamEntry epoch, long newest, EpochView live, OptionalLong hint,
            Requester requester) {
        long first = PlaylistBlock.numberOf(newest) * PlaylistBlock.SEGMENTS;
        EpochKey key = EpochKey.of(epoch);
        PlaylistBlock known = tails.getIfPresent(key);
        Optional<PlaylistBlock> grown = PlaylistBlock.grow(known, epoch.epoch(), live.segments(), newest);
        if (grown.isPresent()) {
            tails.put(key, grown.get());
            return CompletableFuture.completedFuture(List.of(grown.get()));
        }
        OptionalLong from = behind(epoch, PlaylistBlock.numberOf(first)).orElse(hint);
        // Concurrent requests share one read: all viewers of a stream ask for its newest block at the same time.
        return tailReads.get(new TailKey(key, newest), requester,
                requesters -> read(epoch.stream(), requesters, reader -> reader.blocks(epoch, first, newest, from))
                        .thenApply(read -> {
                            read.blocks().forEach(block -> tails.put(key, block));
                            return read.blocks();
                        }));
    }
}
