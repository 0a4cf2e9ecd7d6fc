package io.millrace.edge.feed;

import io.millrace.edge.live.EpochView;
import io.millrace.edge.live.PastRange;
import io.millrace.edge.live.PlaylistBlock;
import io.millrace.edge.live.RangePlaylist;
import io.millrace.edge.live.Segment;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.past.Moment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * What the log holds of the past. Thread-safe; never blocks. Reads wait in a bounded queue for a few threads of their own
 * and are cut into short ones, so that a long one holds up nobody; all fail with {@link BusyException} if it is full.
 */
public interface PastSource {
    /** What became of a playlist that was asked for. */
    sealed interface Answer {
        record Listed(RangePlaylist playlist) implements Answer {}

        /** All that there is of the range is older: its time has not come. */
        record NotYet() implements Answer {}

        /** Nothing of the range is retained, or nothing was shown then. */
        record Nothing() implements Answer {}
    }

    /**
     * What is retained of the log's {@code parts} in a stream's partition.
     *
     * @param partsOffset of the oldest record
     * @param fromMs PROGRAM-DATE-TIME of the oldest part, whosever it is, ms since 1970; the future if there is none
     */
    record Retained(long partsOffset, long fromMs) {}

    /** The same log, read for somebody in particular. */
    default PastSource readBy(Asker asker) {
        return this;
    }

    /** Where the stream stood at a time, as far as it is retained. */
    CompletionStage<Moment> moment(String stream, long timeMs);

    CompletionStage<Retained> retained(String stream);

    /**
     * The newest version of a playlist, shared by all who ask for it.
     *
     * @param epochs of the range, oldest first; all but the last have ended
     * @param live of the last one, null if it has ended
     */
    CompletionStage<Answer> playlist(PastRange range, List<StreamEntry> epochs, EpochView live);

    /** Segments around a moment: what the rates of a range are taken from. */
    CompletionStage<Optional<PlaylistBlock>> around(StreamEntry epoch, long segment, EpochView live);

    /**
     * One segment, with where its parts are.
     *
     * @param live of the epoch, null if it has ended
     */
    CompletionStage<Optional<Segment>> segment(StreamEntry epoch, long number, EpochView live);

    /** Wall clock of the oldest segment of the stream whose bytes are still there, ms since 1970; empty without one. */
    CompletionStage<OptionalLong> availableFromMs(String stream);
}
