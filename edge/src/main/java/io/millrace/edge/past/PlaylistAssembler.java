package io.millrace.edge.past;

import io.millrace.edge.log.BusyException;
import io.millrace.edge.past.PastSource.Answer;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist;
import io.millrace.edge.view.RangePlaylist.Share;
import io.millrace.edge.view.RenditionView;
import io.millrace.platform.log.Format;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.net.Turns;
import io.millrace.platform.past.Moment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Assembles one version of a playlist of one rendition, in turns of the network that requested it first, so that a client that requests
 * many long playlists does not monopolise the processors. An assembler that waits for a read gives up its turn.
 *
 * <p>The methods block unless they say otherwise; for one use on one virtual thread.
 */
final class PlaylistAssembler {
    private final PastIndex index;
    private final RenditionId rendition;
    private final boolean iframes;
    private final Turns turns;
    private final String network;
    private Turns.Turn turn;

    /** @param iframes whether the playlist lists keyframes instead of segments */
    PlaylistAssembler(PastIndex index, RenditionId rendition, boolean iframes, Turns turns, String network) {
        this.iframes = iframes;
        this.index = index;
        this.rendition = rendition;
        this.turns = turns;
        this.network = network;
        turn = turns.next(network);
    }

    /**
     * Waits for the first turn. Does not block: the result completes when the assembler may start, or with
     * {@link BusyException} if too many wait.
     */
    CompletableFuture<Void> begin() {
        return turn.begin().exceptionallyCompose(full -> CompletableFuture.failedFuture(
                new BusyException("too many playlists of the past are waiting")));
    }

    /** Gives up the turn. Must be the last call, also after a failure. Does not block. */
    void end() {
        turns.done(turn);
    }

    /**
     * Returns the newest version of the playlist.
     *
     * @param epochs see {@link PastSource#playlist}
     * @param live see {@link PastSource#playlist}
     */
    Answer version(PastRange range, List<StreamEntry> epochs, RenditionView live) {
        if (index.isAbandoned()) {
            throw new BusyException("the client has left");
        }
        long partsBegin = await(index.retained(range.stream())).partsOffset();
        if (range.isDelayed()) {
            return new DelayAssembler(this, range, epochs, live, partsBegin).run();
        }
        return switch (moment(range.stream(), range.startMs())) {
            case Moment.NotYet() -> new Answer.NotYet();
            case Moment.At at -> new RangeAssembler(this, range, epochs, live, partsBegin, at).run();
        };
    }

    /**
     * Renders the playlist.
     *
     * @param shares see {@link RangePlaylist#render}
     * @param ended whether no segment will follow
     */
    Answer listed(PastRange range, List<StreamEntry> epochs, List<Share> shares, boolean ended) {
        Map<Long, Long> discontinuities = Discontinuities.before(this, epochs, shares);
        RangePlaylist playlist = RangePlaylist.render(range, epochs, shares,
                epoch -> discontinuities.getOrDefault(epoch.epoch(), 0L), ended, iframes);
        if (iframes) {
            // Its lines are not shared with other versions: compressed here, event loops need not.
            playlist.text().gzipPieces();
        }
        return new Answer.Listed(playlist);
    }

    /**
     * Returns whether an epoch cannot have segments of the rendition. Only in CMAF: before it existed, an epoch could
     * have other tracks than the directory shows.
     */
    boolean isWithout(StreamEntry epoch) {
        return rendition.format() == Format.CMAF && !Lineup.mayHave(epoch, rendition);
    }

    /** See {@link PastSource#moment}. */
    Moment moment(String stream, long timeMs) {
        return await(index.moment(stream, timeMs));
    }

    /** See {@link PastBlocks#from}. */
    List<PlaylistBlock> blocks(StreamEntry epoch, long from, long to, OptionalLong hint) {
        return await(index.blocks(epoch, rendition, from, to, hint));
    }

    /** See {@link PastBlocks#tail}. */
    List<PlaylistBlock> tail(StreamEntry epoch, long newest, RenditionView live, OptionalLong hint) {
        return await(index.tail(epoch, rendition, newest, live, hint));
    }

    /** See {@link PastSource#around}. */
    Optional<PlaylistBlock> around(StreamEntry epoch, long segment, RenditionView live) {
        return await(index.around(epoch, rendition, segment, live));
    }

    /**
     * Waits for a read, without holding a turn meanwhile. Throws a {@link CompletionException} with the cause:
     * {@code join()} on the read itself would replace a {@code BusyException}, which is a cancellation, by a plain
     * CancellationException.
     */
    private <T> T await(CompletionStage<T> stage) {
        CompletableFuture<T> read = stage.toCompletableFuture();
        if (!read.isDone()) {
            turns.done(turn);
            read.handle((_, _) -> null).join();
            turn = turns.again(network);
            turn.begin().join();
        }
        return read.thenApply(Function.identity()).join();
    }
}
