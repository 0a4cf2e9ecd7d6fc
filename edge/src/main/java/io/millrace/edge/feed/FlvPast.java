package io.millrace.edge.feed;

import io.millrace.edge.live.Keyframe;
import io.millrace.edge.live.PastTags;
import io.millrace.edge.live.Tracks;
import io.millrace.platform.log.StreamEntry;
import java.util.concurrent.CompletionStage;

/** The past of packets as FLV tags, and from there on into the present. Thread-safe; never blocks. */
public interface FlvPast {
    /** What a range of the past is. */
    sealed interface Range {
        /**
         * It can be played.
         *
         * @param tracks what its viewers are told at the start
         * @param start the keyframe at or before its start
         * @param limit null if it has no end
         */
        record Playable(StreamEntry epoch, Tracks tracks, Keyframe start, PastTags.Limit limit) implements Range {}

        /** Nothing of the stream is as late as its start. */
        record NotYet() implements Range {}

        /** Nothing was shown then. */
        record Nothing() implements Range {}

        /** All of it was there and is not retained. @param availableFromMs PROGRAM-DATE-TIME of what is, ms since 1970 */
        record Expired(long availableFromMs) implements Range {}
    }

    /** The same log, read for somebody in particular. */
    default FlvPast watchedBy(Asker asker) {
        return this;
    }

    /**
     * Looks for a range. Fails with {@link BusyException} if too many look or read already.
     *
     * @param startMs PROGRAM-DATE-TIME, ms since 1970
     * @param endMs the same; {@link Long#MAX_VALUE} for one that goes on into the present
     */
    CompletionStage<Range> find(String stream, long startMs, long endMs);

    /**
     * Plays a range to {@code sink}, as fast as its socket takes it. Returns what is to be run when the viewer has left.
     *
     * @throws BusyException if too many watch already; nothing is to be run then
     */
    Runnable play(Range.Playable range, FlvSink sink) throws BusyException;
}
