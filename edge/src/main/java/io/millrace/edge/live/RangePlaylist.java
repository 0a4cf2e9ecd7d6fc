package io.millrace.edge.live;

import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaPlaylistWriter;
import io.millrace.media.m3u8.PlaylistKind;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * A media playlist of the past: one version of what a {@link PastRange} lists, put together from blocks.
 *
 * <p>It is a pure function of the range, of the directory's entries of its epochs, and of which segments the index has and
 * the log retains. Numbers: those of the first epoch are its segments' own, each further epoch's follow behind the last of
 * the one before; so too with discontinuities, and each border between epochs is one more
 * (docs/decisions/0009-playlists-of-the-past.md). Immutable.
 *
 * @param text what players get
 * @param targetDurationS EXT-X-TARGETDURATION
 * @param ended whether it has its end
 */
public record RangePlaylist(PiecedText text, int targetDurationS, boolean ended) {
    private static final TextPiece BORDER = TextPiece.of(MediaPlaylistWriter.DISCONTINUITY);
    private static final TextPiece END = TextPiece.of(MediaPlaylistWriter.END);

    /**
     * What one epoch brings to the range.
     *
     * @param blocks that hold its segments, in order
     * @param from number of the first segment listed
     * @param to number of the last one, {@code from - 1} if there is none
     */
    public record Share(StreamEntry epoch, List<PlaylistBlock> blocks, long from, long to) {
        public Share {
            blocks = List.copyOf(blocks);
        }

        public boolean isEmpty() {
            return to < from;
        }

        /** The same without what is not retained, from the start of a group of pictures on. */
        public Share startingAt(long number, long partsBegin) {
            long start = number;
            while (start > from && start <= to && !segment(start).independent() && isWhole(start - 1, partsBegin)
                    && !segment(start).discontinuous()) {
                start--;
            }
            while (start <= to && !isWhole(start, partsBegin)) {
                start++;
            }
            return new Share(epoch, blocks, start, to);
        }

        /** The same up to the last segment that begins before {@code endMs}. */
        public Share endingBefore(long endMs) {
            long end = to;
            while (end >= from && segment(end).programDateTimeMs() >= endMs) {
                end--;
            }
            return new Share(epoch, blocks, from, end);
        }

        private boolean isWhole(long number, long partsBegin) {
            Segment segment = segment(number);
            return segment.complete() && segment.parts().getFirst().offset() >= partsBegin;
        }

        Segment segment(long number) {
            int index = (int) (PlaylistBlock.numberOf(number) - PlaylistBlock.numberOf(blocks.getFirst().first()));
            return blocks.get(index).segment(number);
        }
    }

    /**
     * @param epochs all of the range, oldest first
     * @param shares of those epochs that bring something, at least one
     * @param discontinuities how many an epoch of {@code epochs} has had in all
     * @param ended whether nothing is to come
     */
    public static RangePlaylist render(PastRange range, List<StreamEntry> epochs, List<Share> shares,
            ToLongFunction<StreamEntry> discontinuities, boolean ended) {
        List<TextPiece> pieces = new ArrayList<>();
        boolean independent = true;
        for (Share share : shares) {
            if (isBorder(share, epochs)) {
                pieces.add(BORDER);
            }
            for (PlaylistBlock block : share.blocks()) {
                long from = Math.max(share.from(), block.first());
                long to = Math.min(share.to(), block.last());
                if (from <= to) {
                    pieces.add(block.text(from, to));
                    independent &= block.isIndependent(from, to);
                }
            }
        }
        int targetS = targetDurationS(epochs, shares);
        pieces.addFirst(head(range, epochs, shares.getFirst(), discontinuities, targetS, independent, ended));
        if (ended) {
            pieces.add(END);
        }
        return new RangePlaylist(PiecedText.of(pieces), targetS, ended);
    }

    private static TextPiece head(PastRange range, List<StreamEntry> epochs, Share first,
            ToLongFunction<StreamEntry> discontinuities, int targetS, boolean independent, boolean ended) {
        long mediaSequence = first.from();
        Segment segment = first.segment(first.from());
        boolean tagged = segment.discontinuous() || isBorder(first, epochs);
        long discontinuitySequence = segment.discontinuity() - (tagged ? 1 : 0);
        for (StreamEntry earlier : epochs) {
            if (earlier.epoch() < first.epoch().epoch() && earlier.lastSegment() >= 0) {
                mediaSequence += earlier.lastSegment() + 1;
                discontinuitySequence += discontinuities.applyAsLong(earlier) + 1;
            }
        }
        return TextPiece.of(MediaPlaylistWriter.head(new MediaPlaylist(targetS, mediaSequence, discontinuitySequence,
                independent, List.of(), ended), kind(range, ended)));
    }

    private static PlaylistKind kind(PastRange range, boolean ended) {
        if (range.isDelayed()) {
            return PlaylistKind.LIVE;
        }
        return !range.isOpen() && ended ? PlaylistKind.VOD : PlaylistKind.REWIND;
    }

    /** Whether the share begins with the first segment of an epoch behind another one. */
    private static boolean isBorder(Share share, List<StreamEntry> epochs) {
        return share.from() == 0 && epochs.stream()
                .anyMatch(e -> e.epoch() < share.epoch().epoch() && e.lastSegment() >= 0);
    }

    /** The greatest of all epochs of the range, listed now or not: it is the same in every version. */
    private static int targetDurationS(List<StreamEntry> epochs, List<Share> shares) {
        int known = epochs.stream().mapToInt(StreamEntry::targetDurationS).max().orElse(1);
        int listed = shares.stream().flatMap(share -> share.blocks().stream()).mapToInt(PlaylistBlock::targetDurationS)
                .max().orElse(1);
        return Math.max(known, listed);
    }
}
