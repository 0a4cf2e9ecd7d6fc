package io.millrace.edge.past;

import io.millrace.edge.past.PastSource.Answer;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist.Share;
import io.millrace.edge.view.RenditionView;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Collects the segments that one version of a playlist of the past lists, epoch by epoch. Blocks; for one use on one
 * virtual thread.
 */
final class RangeAssembler {
    private final PlaylistAssembler assembler;
    private final PastRange range;
    private final List<StreamEntry> epochs;
    private final RenditionView live;
    private final long partsBegin;
    private final Moment.At start;
    private final List<Share> shares = new ArrayList<>();
    private boolean over;
    /** An epoch lacks segments that may still arrive, so that everything after them has to wait. */
    private boolean stalled;

    RangeAssembler(PlaylistAssembler assembler, PastRange range, List<StreamEntry> epochs, RenditionView live,
            long partsBegin,
            Moment.At start) {
        this.assembler = assembler;
        this.range = range;
        this.epochs = epochs;
        this.live = live;
        this.partsBegin = partsBegin;
        this.start = start;
    }

    Answer run() {
        for (int i = 0; i < epochs.size() && !over && !stalled; i++) {
            epoch(i);
        }
        if (shares.isEmpty()) {
            boolean comes = live != null && !over && start.entry().id().epoch() <= range.lastEpoch();
            return comes ? new Answer.NotYet() : new Answer.Nothing();
        }
        return assembler.listed(range, epochs, shares, over);
    }

    private void epoch(int i) {
        StreamEntry epoch = epochs.get(i);
        boolean isLive = live != null && i == epochs.size() - 1;
        long from = epoch.epoch() == start.entry().id().epoch() ? start.entry().id().segment() : 0;
        long to = isLive ? live.newest() : epoch.playlist().lastSegment();
        if (epoch.epoch() < start.entry().id().epoch() || from > to || assembler.isWithout(epoch)) {
            over |= i == epochs.size() - 1 && !isLive;
        } else {
            share(epoch, blocks(epoch, from, to, isLive), from, to, isLive);
        }
    }

    /** Returns the offset in the index from which the segments of {@code epoch} are read, if it is known. */
    private OptionalLong hint(StreamEntry epoch, long from) {
        if (!shares.isEmpty()) {
            return OptionalLong.of(shares.getLast().blocks().getLast().nextOffset());
        }
        boolean isBehindStart = epoch.epoch() > start.entry().id().epoch()
                || from % PlaylistBlock.SEGMENTS == 0 && start.entry().id().isFirst();
        return isBehindStart ? OptionalLong.of(start.offset()) : OptionalLong.empty();
    }

    private List<PlaylistBlock> blocks(StreamEntry epoch, long first, long to, boolean isLive) {
        long lastWhole = isLive ? (to + 1) / PlaylistBlock.SEGMENTS * PlaylistBlock.SEGMENTS - 1 : to;
        OptionalLong hint = hint(epoch, first);
        List<PlaylistBlock> found = new ArrayList<>();
        for (long from = first; from <= to && (found.isEmpty() || !startsAfterEnd(found.getLast()));) {
            List<PlaylistBlock> next = from <= lastWhole
                    ? assembler.blocks(epoch, from, lastWhole, hint)
                    : assembler.tail(epoch, to, live, hint);
            if (next.isEmpty() || next.getLast().last() < from) {
                // The index does not contain them yet.
                return found;
            }
            found.addAll(next);
            from = found.getLast().last() + 1;
            hint = OptionalLong.empty();
        }
        return found;
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
        boolean endReached = ending.to() < known || whole.reaches(range.endMs());
        over |= isLast && complete || endReached;
        stalled = !isLast && !complete;
        if (!share.isEmpty()) {
            shares.add(share);
        }
    }
}
