package io.millrace.edge.feed;

import io.millrace.edge.feed.PastSource.Answer;
import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.PastRange;
import io.millrace.edge.live.PlaylistBlock;
import io.millrace.edge.live.RangePlaylist;
import io.millrace.edge.live.RangePlaylist.Share;
import io.millrace.edge.live.Segment;
import io.millrace.edge.live.StreamPlaylist;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * Gathers what a window lists that stays a delay behind its stream: "now" is the end of the newest segment in the index, so
 * every edge lists the same for the same state of the log, and the window moves on with the stream. Once the stream has
 * ended, what is left of it is listed to its end. One use; its steps follow each other.
 */
final class DelayWalk {
    private final PastIndex index;
    private final PastRange range;
    private final List<StreamEntry> epochs;
    private final EpochView live;
    private final long partsBegin;
    private final List<Share> shares = new ArrayList<>();
    private long ticks;
    private long count;

    DelayWalk(PastIndex index, PastRange range, List<StreamEntry> epochs, EpochView live, long partsBegin) {
        this.index = index;
        this.range = range;
        this.epochs = epochs;
        this.live = live;
        this.partsBegin = partsBegin;
    }

    /** A segment of one of the epochs. */
    private record Position(int epoch, long segment) {}

    CompletableFuture<Answer> run() {
        return nowMs().thenCompose(now -> now.isEmpty()
                ? CompletableFuture.completedFuture(new Answer.Nothing())
                : index.moment(range.stream(), now.getAsLong() - range.delayMs())
                        .thenCompose(this::walk));
    }

    private CompletableFuture<OptionalLong> nowMs() {
        StreamEntry last = epochs.getLast();
        if (live != null) {
            return CompletableFuture.completedFuture(live.complete(live.newest()).stream().mapToLong(Segment::endMs)
                    .findFirst());
        }
        return index.around(last, last.lastSegment(), null).thenApply(block -> block.stream()
                .mapToLong(some -> some.segment(last.lastSegment()).endMs()).findFirst());
    }

    private CompletableFuture<Answer> walk(Moment found) {
        Optional<Position> newest = found instanceof Moment.At at ? newest(at.entry()) : Optional.empty();
        if (newest.isEmpty()) {
            return CompletableFuture.completedFuture(new Answer.NotYet());
        }
        return back(newest.get(), newest.get().segment(), new ArrayList<>())
                .thenCompose(_ -> live == null ? rest(newest.get()) : CompletableFuture.completedFuture(null))
                .thenCompose(_ -> Discontinuities.before(index, epochs, shares))
                .thenApply(discontinuities -> shares.isEmpty()
                        ? new Answer.Nothing()
                        : new Answer.Listed(RangePlaylist.render(range, epochs, shares,
                                epoch -> discontinuities.getOrDefault(epoch.epoch(), 0L), live == null)));
    }

    /** The last segment before the one that is on at a time, or comes next; empty if there is none. */
    private Optional<Position> newest(IndexEntry at) {
        int epoch = epochs.size() - 1;
        while (epoch >= 0 && epochs.get(epoch).epoch() > at.epoch()) {
            epoch--;
        }
        if (epoch < 0) {
            return Optional.empty();
        }
        if (epochs.get(epoch).epoch() < at.epoch()) {
            return lastOf(epoch);
        }
        long segment = Math.min(at.segment() - 1, newestOf(epoch));
        return segment >= 0 ? Optional.of(new Position(epoch, segment)) : lastOf(epoch - 1);
    }

    private Optional<Position> lastOf(int epoch) {
        int some = epoch;
        while (some >= 0 && newestOf(some) < 0) {
            some--;
        }
        return some < 0 ? Optional.empty() : Optional.of(new Position(some, newestOf(some)));
    }

    private boolean isLive(int epoch) {
        return live != null && epoch == epochs.size() - 1;
    }

    private long newestOf(int epoch) {
        return isLive(epoch) ? live.newest() : epochs.get(epoch).lastSegment();
    }

    /**
     * Goes back until the window is full.
     *
     * @param to the last segment of this epoch that is listed
     * @param found blocks behind {@code at} of the same epoch
     */
    private CompletableFuture<Void> back(Position at, long to, List<PlaylistBlock> found) {
        StreamEntry epoch = epochs.get(at.epoch());
        return index.around(epoch, at.segment(), isLive(at.epoch()) ? live : null).thenCompose(block -> {
            long from = block.map(some -> fill(epoch, some, at.segment(), found)).orElse(at.segment() + 1);
            boolean isMore = block.isPresent() && from == block.get().first() && !isFull(epoch)
                    && block.get().segment(from).parts().stream().allMatch(part -> part.offset() >= partsBegin);
            if (isMore && from > 0) {
                return back(new Position(at.epoch(), from - 1), to, found);
            }
            if (!found.isEmpty()) {
                Share share = new Share(epoch, found, found.getFirst().first(), to).startingAt(from, partsBegin);
                if (!share.isEmpty()) {
                    shares.addFirst(share);
                }
            }
            Optional<Position> before = isMore ? lastOf(at.epoch() - 1) : Optional.empty();
            return before.isEmpty()
                    ? CompletableFuture.completedFuture(null)
                    : back(before.get(), before.get().segment(), new ArrayList<>());
        });
    }

    /** Gives the number of the first segment of {@code block} that is in the window. */
    private long fill(StreamEntry epoch, PlaylistBlock block, long to, List<PlaylistBlock> found) {
        found.addFirst(block);
        long from = to + 1;
        while (from > block.first() && !isFull(epoch)) {
            from--;
            Segment segment = block.segment(from);
            ticks += segment.complete() ? segment.durationTicks() : 0;
            count++;
        }
        return from;
    }

    /** As much as a live playlist lists. */
    private boolean isFull(StreamEntry epoch) {
        long leastTicks = Math.max(Ticks.rescale(epoch.rules().windowMs(), Ticks.MILLIS, Ticks.MPEG),
                (long) StreamPlaylist.MIN_TARGET_DURATIONS * epoch.targetDurationS() * Ticks.MPEG);
        return ticks >= leastTicks && count >= StreamPlaylist.MIN_SEGMENTS;
    }

    /** All that comes behind a segment, to the end of the last epoch. */
    private CompletableFuture<Void> rest(Position at) {
        return rest(at.epoch(), at.segment() + 1, new ArrayList<>());
    }

    private CompletableFuture<Void> rest(int i, long from, List<PlaylistBlock> found) {
        StreamEntry epoch = epochs.get(i);
        if (from <= epoch.lastSegment()) {
            return index.blocks(epoch, from, epoch.lastSegment(), OptionalLong.empty()).thenCompose(blocks -> {
                found.addAll(blocks);
                boolean goesOn = !blocks.isEmpty() && blocks.getLast().last() >= from;
                return rest(i, goesOn ? blocks.getLast().last() + 1 : Long.MAX_VALUE, found);
            });
        }
        append(epoch, found);
        return i + 1 < epochs.size()
                ? rest(i + 1, 0, new ArrayList<>())
                : CompletableFuture.completedFuture(null);
    }

    private void append(StreamEntry epoch, List<PlaylistBlock> found) {
        if (found.isEmpty()) {
            return;
        }
        boolean isSame = !shares.isEmpty() && shares.getLast().epoch().epoch() == epoch.epoch();
        List<PlaylistBlock> blocks = new ArrayList<>(isSame ? shares.getLast().blocks() : List.of());
        blocks.removeIf(block -> block.first() >= found.getFirst().first());
        blocks.addAll(found);
        long to = Math.min(epoch.lastSegment(), found.getLast().last());
        if (isSame) {
            shares.add(new Share(epoch, blocks, shares.removeLast().from(), to));
        } else {
            shares.add(new Share(epoch, blocks, blocks.getFirst().first(), to)
                    .startingAt(blocks.getFirst().first(), partsBegin));
        }
    }
}
