package io.millrace.edge.view;

import io.millrace.media.m3u8.IframePlaylistWriter;
import io.millrace.media.m3u8.MediaPlaylist;
import io.millrace.media.m3u8.MediaPlaylistWriter;
import io.millrace.media.m3u8.PlaylistKind;
import io.millrace.platform.log.StreamEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/**
 * One version of the media playlist of a {@link PastRange}, assembled from blocks.
 *
 * <p>The playlist is a pure function of the range, of its epochs' directory entries, and of the segments that the index
 * lists and the log retains. In the first epoch, media sequence numbers are the segments' own numbers; each later epoch
 * continues after the last number of the epoch before it. Discontinuity numbers continue likewise, and each boundary
 * between epochs counts as one more discontinuity (docs/decisions/0009-playlists-of-the-past.md). Immutable.
 *
 * @param shares the segments of the playlist, oldest first
 * @param text the playlist
 * @param targetDurationS EXT-X-TARGETDURATION
 * @param ended whether the playlist has its EXT-X-ENDLIST
 */
public record RangePlaylist(List<Share> shares, PiecedText text, int targetDurationS, boolean ended) {
    private static final TextPiece BORDER = TextPiece.of(MediaPlaylistWriter.DISCONTINUITY);
    private static final TextPiece END = TextPiece.of(MediaPlaylistWriter.END);

    /**
     * The segments that one epoch contributes to the range.
     *
     * @param blocks consecutive blocks that contain these segments
     * @param from number of the first segment listed
     * @param to number of the last segment listed, inclusive; less than {@code from} if there is none
     */
    public record Share(StreamEntry epoch, List<PlaylistBlock> blocks, long from, long to) {
        public Share {
            blocks = List.copyOf(blocks);
        }

        public boolean isEmpty() {
            return to < from;
        }

        /** Returns the segments from {@code first} to {@code last} (inclusive), complete or not. */
        List<Segment> segments(long first, long last) {
            return blocks.stream().flatMap(block -> LongStream
                    .rangeClosed(Math.max(first, block.first()), Math.min(last, block.last()))
                    .mapToObj(block::segment)).toList();
        }

        /**
         * Returns the share from the GOP that contains the segment {@code number} on, without segments that are no
         * longer retained.
         *
         * @param number of a segment in the share; one after its end makes it empty
         * @param partsBegin offset of the oldest retained record in {@code parts}
         */
        public Share startingAt(long number, long partsBegin) {
            long start = number;
            while (start > from && start <= to && !segment(start).start().independent()
                    && isWhole(start - 1, partsBegin)
                    && !segment(start).start().discontinuous()) {
                start--;
            }
            while (start <= to && !isWhole(start, partsBegin)) {
                start++;
            }
            return new Share(epoch, blocks, start, to);
        }

        /** Returns the share up to the last segment that begins before {@code endMs}; that segment may end later. */
        public Share endingBefore(long endMs) {
            long end = to;
            while (end >= from && segment(end).programDateTimeMs() >= endMs) {
                end--;
            }
            return new Share(epoch, blocks, from, end);
        }

        /**
         * Returns whether every segment after the share is certain to begin at or after {@code endMs}. The next segment
         * may begin up to {@code largestStepMs} before the end of the share. The share must not be empty.
         */
        public boolean reaches(long endMs) {
            return segment(to).endMs() - epoch.rules().largestStepMs() >= endMs;
        }

        private boolean isWhole(long number, long partsBegin) {
            Segment segment = segment(number);
            return segment.complete() && segment.parts().getFirst().offset() >= partsBegin;
        }

        /** Returns a segment of the blocks, which may lie before {@code from} or after {@code to}. */
        Segment segment(long number) {
            int index = (int) (PlaylistBlock.numberOf(number) - PlaylistBlock.numberOf(blocks.getFirst().first()));
            return blocks.get(index).segment(number);
        }
    }

    /**
     * Renders the playlist.
     *
     * @param epochs all epochs of the range, oldest first
     * @param shares the shares of the epochs that contribute segments, oldest first, at least one, all of the same
     *     rendition; none is empty
     * @param discontinuities returns how many discontinuities an epoch before the first share has in all
     * @param ended whether no segment will follow
     * @param iframes whether to list the keyframes of the segments instead of the segments
     */
    public static RangePlaylist render(PastRange range, List<StreamEntry> epochs, List<Share> shares,
            ToLongFunction<StreamEntry> discontinuities, boolean ended, boolean iframes) {
        List<TextPiece> pieces = new ArrayList<>();
        boolean independent = true;
        boolean hasMaps = shares.getFirst().blocks().getFirst().hasInit();
        for (Share share : shares) {
            if (isBorder(share, epochs)) {
                pieces.add(BORDER);
            }
            String mapUri = null;
            for (PlaylistBlock block : share.blocks()) {
                long from = Math.max(share.from(), block.first());
                long to = Math.min(share.to(), block.last());
                if (from <= to) {
                    if (hasMaps && !block.isMapped(from) && !block.mapUri(from).equals(mapUri)) {
                        pieces.add(TextPiece.of(MediaPlaylistWriter.map(block.mapUri(from))));
                    }
                    mapUri = hasMaps ? block.mapUri(to) : null;
                    pieces.add(iframes ? block.iframes(from, to) : block.text(from, to));
                    independent &= block.isIndependent(from, to);
                }
            }
        }
        Segment first = shares.getFirst().segment(shares.getFirst().from());
        String earlier = MediaPlaylistWriter
                .dateRanges(DateRanges.recordedBefore(first.number(), first.start().cues()));
        if (!iframes && !earlier.isEmpty()) {
            pieces.addFirst(TextPiece.of(earlier));
        }
        int targetS = targetDurationS(epochs, shares);
        pieces.addFirst(head(range, epochs, shares.getFirst(), discontinuities, targetS, independent, hasMaps,
                ended, iframes));
        if (ended) {
            pieces.add(END);
        }
        return new RangePlaylist(List.copyOf(shares), PiecedText.of(pieces), targetS, ended);
    }

    private static TextPiece head(PastRange range, List<StreamEntry> epochs, Share first,
            ToLongFunction<StreamEntry> discontinuities, int targetS, boolean independent, boolean hasMaps,
            boolean ended, boolean iframes) {
        long mediaSequence = first.from();
        Segment segment = first.segment(first.from());
        boolean tagged = segment.start().discontinuous() || isBorder(first, epochs);
        long discontinuitySequence = segment.start().discontinuity() - (tagged ? 1 : 0);
        for (StreamEntry earlier : epochs) {
            if (earlier.epoch() < first.epoch().epoch() && earlier.playlist().hasSegments()) {
                mediaSequence += earlier.playlist().lastSegment() + 1;
                discontinuitySequence += discontinuities.applyAsLong(earlier) + 1;
            }
        }
        var playlist = new MediaPlaylist(targetS, mediaSequence, discontinuitySequence, independent, List.of(), ended);
        return TextPiece.of(iframes
                ? IframePlaylistWriter.head(playlist, kind(range, ended))
                : MediaPlaylistWriter.head(playlist, kind(range, ended), hasMaps));
    }

    private static PlaylistKind kind(PastRange range, boolean ended) {
        if (range.isDelayed()) {
            return PlaylistKind.LIVE;
        }
        return !range.isOpen() && ended ? PlaylistKind.VOD : PlaylistKind.REWIND;
    }

    /** Returns whether the share begins with the first segment of an epoch that follows another one. */
    private static boolean isBorder(Share share, List<StreamEntry> epochs) {
        return share.from() == 0 && epochs.stream()
                .anyMatch(e -> e.epoch() < share.epoch().epoch() && e.playlist().hasSegments());
    }

    /**
     * Returns the longest target duration of all epochs of the range, whether they are listed or not, so that it is the
     * same in every version.
     */
    private static int targetDurationS(List<StreamEntry> epochs, List<Share> shares) {
        int known = epochs.stream().mapToInt(each -> each.playlist().targetDurationS()).max().orElse(1);
        int listed = shares.stream().flatMap(share -> share.blocks().stream()).mapToInt(PlaylistBlock::targetDurationS)
                .max().orElse(1);
        return Math.max(known, listed);
    }
}
