package io.millrace.edge.past;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.ReaderPool;
import io.millrace.edge.log.Requester;
import io.millrace.edge.log.SharedReads;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.Segment;
import io.millrace.platform.directory.StreamDirectory;
import io.millrace.platform.directory.Withdrawals;
import io.millrace.platform.kafka.KafkaClients;
import io.millrace.platform.kafka.Topic;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.Turns;
import io.millrace.platform.past.Moment;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Finds past media of a stream in the index, on behalf of one requester. All requesters share the caches. Thread-safe.
 *
 * <p>Each version of a playlist is assembled by a {@link PlaylistAssembler}, which waits for its turn to run, and for
 * reads of blocks that are not cached yet, a few blocks per read. Other clients have their turns in between. The next
 * version reads one block, regardless of the playlist's length. An MPD is rendered in a turn of its own, once the
 * playlists of its renditions are assembled.
 */
public final class PastIndex implements PastSource {
    /** How long a version of a playlist is cached. */
    private static final Duration VERSION_KEPT = Duration.ofSeconds(5);
    /** The caches of versions may each take the cache size divided by this number, besides the cache of blocks. */
    private static final int VERSIONS_SHARE = 4;
    /** Memory of a cached answer in addition to its text. */
    static final int ANSWER_BYTES = 512;
    /**
     * Maximum number of playlists and MPDs that are assembled at a time, not counting those that wait for a read. Half
     * of the cores, so that others stay free.
     */
    private static final int WALKS = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
    private static final Turns.Limits TURNS = new Turns.Limits(WALKS, Math.max(1, WALKS - 1), ReaderPool.WAITING_LIMIT,
            ReaderPool.WAITING_OF_ADDRESS_LIMIT, ReaderPool.WAITING_LIMIT / 4);

    /**
     * Identifies a version of a playlist.
     *
     * @param iframes whether it lists keyframes
     * @param newest number of the newest segment of the last epoch
     * @param live whether the last epoch has not ended
     * @param withdrawals the withdrawn ranges of the stream
     */
    record VersionKey(PastRange range, RenditionId rendition, boolean iframes, long newest, boolean live,
            Withdrawals withdrawals) {}

    private final StreamDirectory directory;
    private final ReaderPool readers;
    private final MomentCache moments;
    private final PastBlocks blocks;
    private final SharedReads<VersionKey, Answer> versions;
    private final PastMpds mpds;
    private final Turns turns;
    private final Requester requester;

    /**
     * @param cacheBytes limit of the cached blocks; cached versions of playlists and of MPDs may each take a quarter of
     *     it in addition
     * @param ticker the clock for cache expiry
     */
    public PastIndex(KafkaClients kafka, ReaderPool readers, StreamDirectory directory, long cacheBytes,
            Ticker ticker) {
        this(kafka, readers, directory, cacheBytes, ticker, new Turns(TURNS));
    }

    /** @param turns in which playlists are assembled */
    public PastIndex(KafkaClients kafka, ReaderPool readers, StreamDirectory directory, long cacheBytes, Ticker ticker,
            Turns turns) {
        this.directory = directory;
        this.readers = readers;
        moments = new MomentCache(kafka, readers, Topic.PARTS, ticker);
        blocks = new PastBlocks(kafka, directory, readers, moments, cacheBytes, ticker);
        versions = new SharedReads<>(versions(cacheBytes / VERSIONS_SHARE).ticker(ticker).build());
        mpds = new PastMpds(cacheBytes / VERSIONS_SHARE, ticker);
        this.turns = turns;
        requester = Requester.EDGE;
    }

    static Caffeine<VersionKey, Answer> versions(long cacheBytes) {
        return Caffeine.newBuilder().maximumWeight(cacheBytes)
                .<VersionKey, Answer>weigher((_, answer) -> answer instanceof Answer.Listed(var playlist)
                        ? (int) Math.min(Integer.MAX_VALUE, playlist.text().sizeBytes() + ANSWER_BYTES)
                        : ANSWER_BYTES)
                .expireAfterWrite(VERSION_KEPT);
    }

    /** Returns a view of the same caches for another requester. */
    private PastIndex(PastIndex shared, Requester requester) {
        directory = shared.directory;
        readers = shared.readers;
        moments = shared.moments;
        blocks = shared.blocks;
        versions = shared.versions;
        mpds = shared.mpds;
        turns = shared.turns;
        this.requester = requester;
    }

    @Override
    public PastIndex readBy(Requester other) {
        return new PastIndex(this, other);
    }

    @Override
    public CompletableFuture<Moment> moment(String stream, long timeMs) {
        return moments.find(directory.history(stream), timeMs, requester);
    }

    @Override
    public CompletableFuture<Retained> retained(String stream) {
        return moments.floor(stream).thenApply(floor -> new Retained(floor.mediaOffset(), floor.fromMs()));
    }

    @Override
    public CompletionStage<Answer> playlist(PastRange range, RenditionId rendition, List<StreamEntry> epochs,
            RenditionView live) {
        return version(range, rendition, false, epochs, live);
    }

    @Override
    public CompletionStage<Answer> iframes(PastRange range, RenditionId rendition, List<StreamEntry> epochs,
            RenditionView live) {
        return version(range, rendition, true, epochs, live);
    }

    private CompletionStage<Answer> version(PastRange range, RenditionId rendition, boolean iframes,
            List<StreamEntry> epochs, RenditionView live) {
        long newest = live == null ? epochs.getLast().playlist().lastSegment() : live.newest();
        return versions.get(new VersionKey(range, rendition, iframes, newest, live != null,
                directory.withdrawals(range.stream())), requester,
                requesters -> assemble(rendition, iframes, requesters,
                        assembler -> assembler.version(range, epochs, live)));
    }

    @Override
    public CompletionStage<MpdAnswer> mpd(PastRange range, Lineup lineup, List<StreamEntry> epochs, EpochView live) {
        return mpds.get(PastMpds.Key.of(range, lineup, epochs, live, directory.withdrawals(range.stream())),
                requester,
                requesters -> readBy(requesters).rendered(range, lineup, epochs, live));
    }

    private CompletableFuture<MpdAnswer> rendered(PastRange range, Lineup lineup, List<StreamEntry> epochs,
            EpochView live) {
        Map<RenditionId, CompletableFuture<Answer>> answers = new LinkedHashMap<>();
        lineup.renditions().forEach(each -> answers.put(each,
                playlist(range, each, epochs, live == null ? null : live.of(each)).toCompletableFuture()));
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
                .thenCompose(_ -> assemble(lineup.renditions().getFirst(), false, requester, _ -> {
                    if (isAbandoned()) {
                        throw new BusyException("the client has left");
                    }
                    Map<RenditionId, Answer> playlists = new LinkedHashMap<>();
                    answers.forEach((rendition, answer) -> playlists.put(rendition, answer.resultNow()));
                    return PastMpds.render(range, lineup, epochs, playlists);
                }));
    }

    /** Runs {@code work} on a virtual thread that starts in its turn. */
    private <T> CompletableFuture<T> assemble(RenditionId rendition, boolean iframes, Requester requesters,
            Function<PlaylistAssembler, T> work) {
        Set<String> addresses = new HashSet<>();
        if (!requesters.collect(addresses)) {
            return CompletableFuture.failedFuture(new BusyException("the client has left"));
        }
        var assembler = new PlaylistAssembler(readBy(requesters), rendition, iframes, turns,
                addresses.iterator().next());
        return assembler.begin()
                .thenCompose(_ -> CompletableFuture.supplyAsync(() -> work.apply(assembler),
                        Thread::startVirtualThread))
                .whenComplete((_, _) -> assembler.end());
    }

    /** {@link PastBlocks#from} for this requester. */
    CompletableFuture<List<PlaylistBlock>> blocks(StreamEntry epoch, RenditionId rendition, long from, long to,
            OptionalLong hint) {
        return blocks.from(epoch, rendition, from, to, hint, requester);
    }

    /** {@link PastBlocks#tail} for this requester. */
    CompletableFuture<List<PlaylistBlock>> tail(StreamEntry epoch, RenditionId rendition, long newest,
            RenditionView live, OptionalLong hint) {
        return blocks.tail(epoch, rendition, newest, live, hint, requester);
    }

    /** Returns whether all clients on whose behalf this reads have left. */
    boolean isAbandoned() {
        return !requester.collect(new HashSet<>());
    }

    @Override
    public CompletableFuture<Optional<PlaylistBlock>> around(StreamEntry epoch, RenditionId rendition, long segment,
            RenditionView live) {
        long newest = live == null ? epoch.playlist().lastSegment() : live.newest();
        long end = (PlaylistBlock.numberOf(segment) + 1) * PlaylistBlock.SEGMENTS - 1;
        if (segment > newest) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        CompletableFuture<List<PlaylistBlock>> found = live == null || end <= newest
                ? blocks.from(epoch, rendition, segment, Math.min(end, newest), OptionalLong.empty(), requester)
                : blocks.tail(epoch, rendition, newest, live, OptionalLong.empty(), requester);
        return found.thenApply(some -> some.stream().filter(block -> block.contains(segment)).findFirst());
    }

    @Override
    public CompletionStage<Optional<Segment>> segment(StreamEntry epoch, RenditionId rendition, long number,
            RenditionView live) {
        return around(epoch, rendition, number, live).thenApply(
                found -> found.map(block -> block.segment(number)).filter(Segment::complete));
    }

    @Override
    public CompletionStage<Optional<Segment>> segmentAfter(StreamEntry epoch, RenditionId rendition,
            long discontinuity, RenditionView live) {
        return assemble(rendition, false, requester,
                assembler -> new DiscontinuitySearch(assembler, epoch, discontinuity, live).run());
    }

    @Override
    public CompletionStage<OptionalLong> availableFromMs(String stream) {
        return moment(stream, PastRange.BEGINNING).thenApply(found -> found instanceof Moment.At at
                ? OptionalLong.of(at.entry().times().programDateTimeMs())
                : OptionalLong.empty());
    }
}
