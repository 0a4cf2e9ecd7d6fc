package io.millrace.edge.past;

import io.millrace.edge.log.BusyException;
import io.millrace.edge.past.PastSource.Answer;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist;
import io.millrace.edge.view.RangePlaylist.Share;
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
 * Assembles one version of a playlist, in the turns of the network that requested it first, so that a client that
 * requests many long playlists does not monopolise the processors. An assembler that waits for a read gives up its
 * turn.
 *
 * <p>Its methods block unless they say otherwise; for one use on one virtual thread.
 */
final class PlaylistAssembler {
    private final PastIndex index;
    private final Turns turns;
    private final String network;
    private Turns.Turn turn;

    PlaylistAssembler(PastIndex index, Turns turns, String network) {
        this.index = index;
        this.turns = turns;
        this.network = network;
        turn = turns.next(network);
    }

    /** Completes, without blocking, when it may start; fails with {@link BusyException} if too many wait. */
    CompletableFuture<Void> begin() {
        return turn.begin().exceptionallyCompose(full -> CompletableFuture.failedFuture(
                new BusyException("too many playlists of the past are waiting")));
    }

    /** Gives up the turn. Call it in any case, after everything else. Does not block. */
    void end() {
        turns.done(turn);
    }

    Answer version(PastRange range, List<StreamEntry> epochs, EpochView live) {
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
     * @param shares at least one
     * @param ended whether the playlist is complete
     */
    Answer listed(PastRange range, List<StreamEntry> epochs, List<Share> shares, boolean ended) {
        Map<Long, Long> discontinuities = Discontinuities.before(this, epochs, shares);
        return new Answer.Listed(RangePlaylist.render(range, epochs, shares,
                epoch -> discontinuities.getOrDefault(epoch.epoch(), 0L), ended));
    }

    /** {@link PastSource#moment}. */
    Moment moment(String stream, long timeMs) {
        return await(index.moment(stream, timeMs));
    }

    /** {@link PastBlocks#from}. */
    List<PlaylistBlock> blocks(StreamEntry epoch, long from, long to, OptionalLong hint) {
        return await(index.blocks(epoch, from, to, hint));
    }

    /** {@link PastBlocks#tail}. */
    List<PlaylistBlock> tail(StreamEntry epoch, long newest, EpochView live, OptionalLong hint) {
        return await(index.tail(epoch, newest, live, hint));
    }

    /** {@link PastSource#around}. */
    Optional<PlaylistBlock> around(StreamEntry epoch, long segment, EpochView live) {
        return await(index.around(epoch, segment, live));
    }

    /**
     * Waits for a read. Fails with a {@link CompletionException} that names the cause: {@code join()} of the read
     * itself would replace a {@code BusyException}, which is a cancellation, by a plain one.
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
