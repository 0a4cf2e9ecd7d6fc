package io.millrace.edge.past;

import io.millrace.edge.past.PastSource.Answer;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist.Share;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.Segment;
import io.millrace.edge.view.StreamPlaylist;
import io.millrace.media.time.Ticks;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Collects the segments of a playlist whose window follows the live stream at a delay. "Now" is the end of the
 * newest segment in the index, so that every edge lists the same segments for the same state of the log, and the window
 * advances with the stream. Once the stream has ended, everything up to its end is listed. Blocks; for one use on one
 * virtual thread.
 */
final class DelayAssembler {
    private final PlaylistAssembler assembler;
    private final PastRange range;
    private final List<StreamEntry> epochs;
    /** The view of the rendition in the last epoch; null if the epoch has ended. */
    private final RenditionView live;
    /** Offset of the oldest retained record in {@code parts}. */
    private final long partsBegin;
    private final List<Share> shares = new ArrayList<>();
    /** Duration of the media in the window so far. */
    private long ticks;
    /** Number of segments in the window so far, including gaps. */
    private long count;

    DelayAssembler(PlaylistAssembler assembler, PastRange range, List<StreamEntry> epochs, RenditionView live,
            long partsBegin) {
        this.assembler = assembler;
        this.range = range;
        this.epochs = epochs;
        this.live = live;
        this.partsBegin = partsBegin;
    }

    /**
     * A segment of one of the epochs.
     *
     * @param epoch index in {@link #epochs}
     */
    private record Position(int epoch, long segment) {}

    /** Returns the playlist. Called once. */
    Answer run() {
        OptionalLong now = nowMs();
        if (now.isEmpty()) {
            return new Answer.Nothing();
        }
        Moment found = assembler.moment(range.stream(), now.getAsLong() - range.delayMs());
        Optional<Position> newest = found instanceof Moment.At at ? newest(at.entry()) : Optional.empty();
        if (newest.isEmpty()) {
            return new Answer.NotYet();
        }
        back(newest.get());
        if (live == null) {
            rest(newest.get());
        }
        return shares.isEmpty() ? new Answer.Nothing() : assembler.listed(range, epochs, shares, live == null);
    }

    /** Returns the end of the newest segment, ms since 1970; empty if there is none. */
    private OptionalLong nowMs() {
        StreamEntry last = epochs.getLast();
        if (live != null) {
            return live.newestListed().stream().mapToLong(Segment::endMs).findFirst();
        }
        return assembler.around(last, last.playlist().lastSegment(), null).stream()
                .mapToLong(block -> block.segment(last.playlist().lastSegment()).endMs()).findFirst();
    }

    /**
     * Returns the newest segment of the window: the one before {@code at}, the segment that contains or follows the
     * time where the window ends. Empty if there is none.
     */
    private Optional<Position> newest(IndexEntry at) {
        int epoch = epochs.size() - 1;
        while (epoch >= 0 && epochs.get(epoch).epoch() > at.id().epoch()) {
            epoch--;
        }
        if (epoch < 0) {
            return Optional.empty();
        }
        if (epochs.get(epoch).epoch() < at.id().epoch()) {
            return lastOf(epoch);
        }
        long segment = Math.min(at.id().segment() - 1, newestOf(epoch));
        return segment >= 0 ? Optional.of(new Position(epoch, segment)) : lastOf(epoch - 1);
    }

    /** Returns the last segment of an epoch, or of the newest epoch before it that has segments. */
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
        return isLive(epoch) ? live.newest() : epochs.get(epoch).playlist().lastSegment();
    }

    /** Adds segments from {@code newest} backwards until the window is full. */
    private void back(Position newest) {
        Optional<Position> at = Optional.of(newest);
        while (at.isPresent()) {
            int epoch = at.get().epoch();
            at = addEpoch(epoch, at.get().segment()) ? lastOf(epoch - 1) : Optional.empty();
        }
    }

    /**
     * Adds an epoch's part of the window.
     *
     * @param to the last segment of this epoch to list
     * @return whether to go on with the previous epoch, because this one was added completely and the window is not
     *     full
     */
    private boolean addEpoch(int i, long to) {
        StreamEntry epoch = epochs.get(i);
        List<PlaylistBlock> found = new ArrayList<>();
        long from = to + 1;
        boolean isMore = true;
        while (isMore && from > 0) {
            Optional<PlaylistBlock> block = assembler.around(epoch, from - 1, isLive(i) ? live : null);
            if (block.isPresent()) {
                from = fill(epoch, block.get(), from - 1, found);
            }
            isMore = block.isPresent() && from == block.get().first() && !isFull(epoch)
                    && block.get().segment(from).parts().stream().allMatch(part -> part.offset() >= partsBegin);
        }
        if (!found.isEmpty()) {
            Share share = new Share(epoch, found, found.getFirst().first(), to).startingAt(from, partsBegin);
            if (!share.isEmpty()) {
                shares.addFirst(share);
            }
        }
        return isMore;
    }

    /** Adds the part of {@code block} that is in the window. Returns the number of the first segment that was added. */
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

    /** Returns whether the window lists as much as a live playlist. */
    private boolean isFull(StreamEntry epoch) {
        long leastTicks = Math.max(Ticks.rescale(epoch.rules().windowMs(), Ticks.MILLIS, Ticks.MPEG),
                (long) StreamPlaylist.MIN_TARGET_DURATIONS * epoch.playlist().targetDurationS() * Ticks.MPEG);
        return ticks >= leastTicks && count >= StreamPlaylist.MIN_SEGMENTS;
    }

    /** Adds everything after a segment, to the end of the last epoch. */
    private void rest(Position at) {
        appendFrom(at.segment() + 1, epochs.get(at.epoch()));
        epochs.subList(at.epoch() + 1, epochs.size()).forEach(epoch -> appendFrom(0, epoch));
    }

    private void appendFrom(long first, StreamEntry epoch) {
        List<PlaylistBlock> found = new ArrayList<>();
        for (long from = first; from <= epoch.playlist().lastSegment(); from = found.getLast().last() + 1) {
            List<PlaylistBlock> blocks = assembler.blocks(epoch, from, epoch.playlist().lastSegment(),
                    OptionalLong.empty());
            found.addAll(blocks);
            if (blocks.isEmpty() || blocks.getLast().last() < from) {
                break;
            }
        }
        append(epoch, found);
    }

    private void append(StreamEntry epoch, List<PlaylistBlock> found) {
        if (found.isEmpty()) {
            return;
        }
        boolean isSame = !shares.isEmpty() && shares.getLast().epoch().epoch() == epoch.epoch();
        List<PlaylistBlock> blocks = new ArrayList<>(isSame ? shares.getLast().blocks() : List.of());
        blocks.removeIf(block -> block.first() >= found.getFirst().first());
        blocks.addAll(found);
        long to = Math.min(epoch.playlist().lastSegment(), found.getLast().last());
        if (isSame) {
            shares.add(new Share(epoch, blocks, shares.removeLast().from(), to));
        } else {
            shares.add(new Share(epoch, blocks, blocks.getFirst().first(), to)
                    .startingAt(blocks.getFirst().first(), partsBegin));
        }
    }
}
