package io.millrace.edge.past;

import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.Segment;
import io.millrace.platform.log.StreamEntry;
import java.util.Optional;

/**
 * Finds the newest complete segment of a rendition with a discontinuity number: a binary search over the blocks of the
 * epoch, since discontinuity numbers do not decrease. Blocks; for one use on one virtual thread.
 */
final class DiscontinuitySearch {
    private final PlaylistAssembler assembler;
    private final StreamEntry epoch;
    private final long discontinuity;
    /** The view of the rendition; null if the epoch has ended. */
    private final RenditionView live;

    DiscontinuitySearch(PlaylistAssembler assembler, StreamEntry epoch, long discontinuity, RenditionView live) {
        this.assembler = assembler;
        this.epoch = epoch;
        this.discontinuity = discontinuity;
        this.live = live;
    }

    Optional<Segment> run() {
        return newest(last());
    }

    /** Returns the last segment of which the discontinuity number is not greater; -1 if there is none. */
    private long last() {
        long last = -1;
        long low = 0;
        long high = live == null ? epoch.playlist().lastSegment() : live.newest();
        while (low <= high) {
            long middle = low + (high - low) / 2;
            Optional<PlaylistBlock> block = assembler.around(epoch, middle, live);
            if (block.isEmpty()) {
                // The index no longer has the segment.
                low = middle + 1;
            } else if (block.get().discontinuity(block.get().first()) > discontinuity) {
                high = block.get().first() - 1;
            } else {
                last = lastIn(block.get());
                low = Math.max(middle, block.get().last()) + 1;
                high = last < block.get().last() ? last : high;
            }
        }
        return last;
    }

    private long lastIn(PlaylistBlock block) {
        long last = block.last();
        while (block.discontinuity(last) > discontinuity) {
            last--;
        }
        return last;
    }

    /** Returns the newest complete segment with the discontinuity number, up to segment {@code last}. */
    private Optional<Segment> newest(long last) {
        long number = last;
        while (number >= 0) {
            Optional<PlaylistBlock> block = assembler.around(epoch, number, live);
            if (block.isEmpty()) {
                return Optional.empty();
            }
            for (; number >= block.get().first(); number--) {
                if (block.get().discontinuity(number) != discontinuity) {
                    return Optional.empty();
                }
                Segment segment = block.get().segment(number);
                if (segment.complete()) {
                    return Optional.of(segment);
                }
            }
        }
        return Optional.empty();
    }
}
