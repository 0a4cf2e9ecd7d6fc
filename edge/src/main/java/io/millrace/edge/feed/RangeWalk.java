package io.millrace.edge.feed;

import io.millrace.edge.feed.PastSource.Answer;
import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.PastRange;
import io.millrace.edge.live.PlaylistBlock;
import io.millrace.edge.live.RangePlaylist;
import io.millrace.edge.live.RangePlaylist.Share;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** Gathers what one version of a playlist of the past lists, epoch by epoch. One use; its steps follow each other. */
final class RangeWalk {
    private final PastIndex index;
    private final PastRange range;
    private final List<StreamEntry> epochs;
    private final EpochView live;
    private final long partsBegin;
    private final Moment.At start;
    private final List<Share> shares = new ArrayList<>();
    private boolean over;
    /** An epoch lacks segments that may still come: what is numbered behind them has to wait. */
    private boolean stalled;

    RangeWalk(PastIndex index, PastRange range, List<StreamEntry> epochs, EpochView live, long partsBegin,
            Moment.At start) {
        this.index = index;
        this.range = range;
        this.epochs = epochs;
        this.live = live;
        this.partsBegin = partsBegin;
        this.start = start;
    }

    CompletableFuture<Answer> run() {
        return epoch(0).thenCompose(_ -> Discontinuities.before(index, epochs, shares)).thenApply(this::answer);
    }

    private Answer answer(Map<Long, Long> discontinuities) {
        if (shares.isEmpty()) {
            boolean comes = live != null && !over && start.entry().epoch() <= range.lastEpoch();
            return comes ? new Answer.NotYet() : new Answer.Nothing();
        }
        return new Answer.Listed(RangePlaylist.render(range, epochs, shares,
                epoch -> discontinuities.getOrDefault(epoch.epoch(), 0L), over));
    }

    private CompletableFuture<Void> epoch(int i) {
        if (i == epochs.size() || over || stalled) {
            return CompletableFuture.completedFuture(null);
        }
        StreamEntry epoch = epochs.get(i);
        boolean isLive = live != null && i == epochs.size() - 1;
        long from = epoch.epoch() == start.entry().epoch() ? start.entry().segment() : 0;
        long to = isLive ? live.newest() : epoch.lastSegment();
        CompletableFuture<Void> done;
        if (epoch.epoch() < start.entry().epoch() || from > to) {
            over |= i == epochs.size() - 1 && !isLive;
            done = CompletableFuture.completedFuture(null);
        } else {
            done = blocks(epoch, from, to, isLive, hint(epoch, from), new ArrayList<>())
                    .thenAccept(blocks -> share(epoch, blocks, from, to, isLive));
        }
        return done.thenCompose(_ -> epoch(i + 1));
    }

    /** Where in the index the segments of {@code epoch} are read from, if that is known. */
    private OptionalLong hint(StreamEntry epoch, long from) {
        if (!shares.isEmpty()) {
            return OptionalLong.of(shares.getLast().blocks().getLast().nextOffset());
        }
        boolean isBehindStart = epoch.epoch() > start.entry().epoch()
                || from % PlaylistBlock.SEGMENTS == 0 && start.entry().part() == 0;
        return isBehindStart ? OptionalLong.of(start.offset()) : OptionalLong.empty();
    }

    private CompletableFuture<List<PlaylistBlock>> blocks(StreamEntry epoch, long from, long to, boolean isLive,
            OptionalLong hint, List<PlaylistBlock> found) {
        long lastWhole = isLive ? (to + 1) / PlaylistBlock.SEGMENTS * PlaylistBlock.SEGMENTS - 1 : to;
        if (from > to || !found.isEmpty() && startsAfterEnd(found.getLast())) {
            return CompletableFuture.completedFuture(found);
        }
        CompletableFuture<List<PlaylistBlock>> next = from <= lastWhole
                ? index.blocks(epoch, from, lastWhole, hint)
                : index.tail(epoch, to, live, hint);
        return next.thenCompose(blocks -> {
            if (blocks.isEmpty() || blocks.getLast().last() < from) {
                // The index does not have them yet.
                return CompletableFuture.completedFuture(found);
            }
            found.addAll(blocks);
            return blocks(epoch, found.getLast().last() + 1, to, isLive, OptionalLong.empty(), found);
        });
    }

    private boolean startsAfterEnd(PlaylistBlock block) {
        return block.segment(block.last()).programDateTimeMs() >= range.endMs();
    }

    private void share(StreamEntry epoch, List<PlaylistBlock> blocks, long from, long to, boolean isLive) {
        if (blocks.isEmpty()) {
            return;
        }
        long known = Math.min(to, blocks.getLast().last());
        Share whole = new Share(epoch, blocks, blocks.getFirst().first(), known);
        Share ending = whole.endingBefore(range.endMs());
        Share share = ending.startingAt(from, partsBegin);
        boolean isLast = epoch.epoch() == range.lastEpoch();
        boolean complete = known == to && !isLive;
        boolean endReached = ending.to() < known
                || blocks.getLast().segment(known).endMs() >= range.endMs();
        over |= isLast && complete || endReached;
        stalled = !isLast && !complete;
        if (!share.isEmpty()) {
            shares.add(share);
        }
    }
}
