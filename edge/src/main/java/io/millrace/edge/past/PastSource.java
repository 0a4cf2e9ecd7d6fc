package io.millrace.edge.past;

import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.Requester;
import io.millrace.edge.view.EpochView;
import io.millrace.edge.view.Lineup;
import io.millrace.edge.view.MpdText;
import io.millrace.edge.view.PastRange;
import io.millrace.edge.view.PlaylistBlock;
import io.millrace.edge.view.RangePlaylist;
import io.millrace.edge.view.RenderedText;
import io.millrace.edge.view.RenditionView;
import io.millrace.edge.view.Segment;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * The past media that the log retains. Thread-safe; never blocks. Reads wait in a bounded queue for a few dedicated
 * threads, and are split into short reads, so that a long one delays nobody. Every result fails with
 * {@link BusyException} if the queue is full.
 */
public interface PastSource {
    /** The result of a request for a playlist. */
    sealed interface Answer {
        record Listed(RangePlaylist playlist) implements Answer {}

        /** The index has no segment of the range yet: the range begins after the newest segment. */
        record NotYet() implements Answer {}

        /** No media of the range is retained, or the stream had none in it. */
        record Nothing() implements Answer {}
    }

    /** The result of a request for an MPD. */
    sealed interface MpdAnswer {
        /**
         * @param targetDurationS longest target duration
         * @param ended whether no segment will follow
         */
        record Rendered(RenderedText text, int targetDurationS, boolean ended) implements MpdAnswer {}

        /** The range has more segments in all renditions than {@link MpdText#SEGMENTS_LIMIT}. */
        record TooLong(long segments) implements MpdAnswer {}

        /** The index lists no segment of the range. */
        record Nothing() implements MpdAnswer {}
    }

    /**
     * The retained range of {@code parts} in a stream's partition.
     *
     * @param partsOffset offset of the oldest record
     * @param fromMs PROGRAM-DATE-TIME of the oldest part of any stream, ms since 1970; {@link Long#MAX_VALUE} if there
     *     is none
     */
    record Retained(long partsOffset, long fromMs) {}

    /** Returns this source with reads on behalf of {@code requester}; otherwise they are the edge's own. */
    default PastSource readBy(Requester requester) {
        return this;
    }

    /**
     * Returns the position of the stream at a time, or after it if the stream had no retained media then.
     *
     * @param timeMs PROGRAM-DATE-TIME, ms since 1970
     */
    CompletionStage<Moment> moment(String stream, long timeMs);

    /** Returns the retained range, which may be a few seconds old. */
    CompletionStage<Retained> retained(String stream);

    /**
     * Returns the newest version of a playlist, shared by all clients that request it.
     *
     * @param epochs all epochs of the range, oldest first; all but the last have ended
     * @param live the view of the rendition in the last epoch; null if the epoch has ended
     */
    CompletionStage<Answer> playlist(PastRange range, RenditionId rendition, List<StreamEntry> epochs,
            RenditionView live);

    /**
     * Returns the newest version of the playlist of keyframes, of a CMAF rendition of video; otherwise as
     * {@link #playlist}.
     */
    CompletionStage<Answer> iframes(PastRange range, RenditionId rendition, List<StreamEntry> epochs,
            RenditionView live);

    /**
     * Returns the newest version of the MPD of a range, shared by all clients that request it. It lists the segments of
     * the renditions' {@linkplain #playlist playlists}.
     *
     * @param lineup CMAF renditions that all epochs have, at least one
     * @param epochs as for {@link #playlist}
     * @param live the view of the last epoch; null if it has ended
     */
    CompletionStage<MpdAnswer> mpd(PastRange range, Lineup lineup, List<StreamEntry> epochs, EpochView live);

    /**
     * Returns the block that contains a segment; empty if the index does not list the segment.
     *
     * @param live the view of the rendition; null if the epoch has ended
     */
    CompletionStage<Optional<PlaylistBlock>> around(StreamEntry epoch, RenditionId rendition, long segment,
            RenditionView live);

    /**
     * Returns a complete segment with the positions of its parts; empty if the index does not list it as complete.
     *
     * @param live the view of the rendition; null if the epoch has ended
     */
    CompletionStage<Optional<Segment>> segment(StreamEntry epoch, RenditionId rendition, long number,
            RenditionView live);

    /**
     * Returns the newest complete segment with a discontinuity number, whose first part begins with the init section of
     * all segments with that number; empty if the index lists none.
     *
     * @param live the view of the rendition; null if the epoch has ended
     */
    CompletionStage<Optional<Segment>> segmentAfter(StreamEntry epoch, RenditionId rendition, long discontinuity,
            RenditionView live);

    /**
     * Returns the wall-clock time of the oldest segment whose bytes are retained, ms since 1970; empty if there is
     * none.
     */
    CompletionStage<OptionalLong> availableFromMs(String stream);
}
