package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.log.Asker;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.SharedReads;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist;
import io.millrace.edge.view.RangePlaylist.Share;
import io.millrace.edge.view.Segment;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Answers questions about a stream's past from its index, on behalf of one asker. All askers share the caches.
 * Thread-safe.
 *
 * <p>Each version of a playlist is put together on a virtual thread, which waits for its turn at the readers for every
 * step that takes time: to read the blocks that are not cached yet, a few at a time, and to render. So other clients
 * have their turns in between. The next version reads one block, regardless of the playlist's length.
 */
public final class PastIndex implements PastSource {
    private static final Duration VERSION_KEPT = Duration.ofSeconds(5);
    /** The fraction of the cache for playlist versions. */
    private static final int VERSIONS_SHARE = 4;
    private static final int ANSWER_BYTES = 512;

    private record VersionKey(PastRange range, long newest, boolean live) {}

    private final StreamDirectory directory;
    private final ReaderPool readers;
    private final MomentCells moments;
    private final PastBlocks blocks;
    private final SharedReads<VersionKey, Answer> versions;
    private final Asker asker;

    public PastIndex(KafkaClients kafka, ReaderPool readers, StreamDirectory directory, long cacheBytes,
            Ticker ticker) {
        this.directory = directory;
        this.readers = readers;
        moments = new MomentCells(kafka, readers, Topic.PARTS, ticker);
        blocks = new PastBlocks(kafka, readers, moments, cacheBytes, ticker);
        versions = new SharedReads<>(Caffeine.newBuilder().ticker(ticker).maximumWeight(cacheBytes / VERSIONS_SHARE)
                .<VersionKey, Answer>weigher((_, answer) -> answer instanceof Answer.Listed(var playlist)
                        ? (int) Math.min(Integer.MAX_VALUE, playlist.text().sizeBytes() + ANSWER_BYTES)
                        : ANSWER_BYTES)
                .expireAfterWrite(VERSION_KEPT).build());
        asker = Asker.EDGE;
    }

    /** Returns a view of the same caches for another asker. */
    private PastIndex(PastIndex shared, Asker asker) {
        directory = shared.directory;
        readers = shared.readers;
        moments = shared.moments;
        blocks = shared.blocks;
        versions = shared.versions;
        this.asker = asker;
    }

    @Override
    public PastIndex readBy(Asker other) {
        return new PastIndex(this, other);
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
        long newest = live == null ? epochs.getLast().playlist().lastSegment() : live.newest();
        return versions.get(new VersionKey(range, newest, live != null), asker,
                askers -> CompletableFuture.supplyAsync(() -> readBy(askers).version(range, epochs, live),
                        Thread::startVirtualThread));
    }

    /** Blocks. */
    private Answer version(PastRange range, List<StreamEntry> epochs, EpochView live) {
        long partsBegin = await(retained(range.stream())).partsOffset();
        if (range.isDelayed()) {
            return new DelayWalk(this, range, epochs, live, partsBegin).run();
        }
        return switch (await(moment(range.stream(), range.startMs()))) {
            case Moment.NotYet() -> new Answer.NotYet();
            case Moment.At at -> new RangeWalk(this, range, epochs, live, partsBegin, at).run();
        };
    }

    /**
     * Renders a playlist, in a turn of its asker: a client that requests many long ones must not keep the processors
     * from others. Blocks.
     *
     * @param shares at least one
     * @param ended whether nothing is to come
     */
    Answer listed(PastRange range, List<StreamEntry> epochs, List<Share> shares, boolean ended) {
        Map<Long, Long> discontinuities = Discontinuities.before(this, epochs, shares);
        return await(readers.submit(asker, _ -> new Answer.Listed(RangePlaylist.render(range, epochs, shares,
                epoch -> discontinuities.getOrDefault(epoch.epoch(), 0L), ended))));
    }

    /**
     * Waits for a read. Fails with a {@link CompletionException} that names the cause: {@code join()} of the read itself
     * would replace a {@code BusyException}, which is a cancellation, by a plain one.
     */
    static <T> T await(CompletableFuture<T> read) {
        return read.thenApply(Function.identity()).join();
    }

    /** {@link PastBlocks#from} for this asker. Blocks. */
    List<PlaylistBlock> blocks(StreamEntry epoch, long from, long to, OptionalLong hint) {
        return await(blocks.from(epoch, from, to, hint, asker));
    }

    /** {@link PastBlocks#tail} for this asker. Blocks. */
    List<PlaylistBlock> tail(StreamEntry epoch, long newest, EpochView live, OptionalLong hint) {
        return await(blocks.tail(epoch, newest, live, hint, asker));
    }

    @Override
    public CompletableFuture<Optional<PlaylistBlock>> around(StreamEntry epoch, long segment, EpochView live) {
        long newest = live == null ? epoch.playlist().lastSegment() : live.newest();
        long end = (PlaylistBlock.numberOf(segment) + 1) * PlaylistBlock.SEGMENTS - 1;
        if (segment > newest) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<List<PlaylistBlock>> found = live == null || end <= newest
                ? blocks.from(epoch, segment, Math.min(end, newest), OptionalLong.empty(), asker)
                : blocks.tail(epoch, newest, live, OptionalLong.empty(), asker);
        return found.thenApply(some -> some.stream().filter(block -> block.contains(segment)).findFirst());
    }

    @Override
    public CompletionStage<Optional<Segment>> segment(StreamEntry epoch, long number, EpochView live) {
        return around(epoch, number, live).thenApply(
                found -> found.map(block -> block.segment(number)).filter(Segment::complete));
    }

    @Override
    public CompletionStage<OptionalLong> availableFromMs(String stream) {
        return moment(stream, PastRange.BEGINNING).thenApply(found -> found instanceof Moment.At at
                ? OptionalLong.of(at.entry().times().programDateTimeMs())
                : OptionalLong.empty());
    }
}
