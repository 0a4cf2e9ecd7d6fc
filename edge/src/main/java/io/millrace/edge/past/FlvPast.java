package io.millrace.edge.past;

import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.Requester;
import io.millrace.edge.view.PastTags;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import java.util.concurrent.CompletionStage;

/** Past media from {@code packets} as FLV tags, continued by the live stream. Thread-safe; never blocks. */
public interface FlvPast {
    /** The result of looking for a range of past media. */
    sealed interface Range {
        /**
         * The range can be played.
         *
         * @param epoch the epoch with which the range also ends
         * @param tracks all tracks at the start; the head of the response announces those that the viewer has chosen
         * @param start the keyframe where playback begins: at or before the requested start, or the first one after it
         *     if nothing was playing then
         * @param limit the end of the range; null for an open range, which continues with the live stream
         */
        record Playable(StreamEntry epoch, Tracks tracks, Keyframe start, PastTags.Limit limit) implements Range {}

        /** The stream has no retained media at or after the start. */
        record NotYet() implements Range {}

        /** The stream has no media in the range. */
        record Nothing() implements Range {}

        /** The media of the range have been withdrawn. */
        record Withdrawn() implements Range {}

        /**
         * The media of the range have expired.
         *
         * @param availableFromMs PROGRAM-DATE-TIME of the earliest retained media, ms since 1970
         */
        record Expired(long availableFromMs) implements Range {}
    }

    /** Returns this source with reads on behalf of one client; otherwise they are the edge's own. */
    default FlvPast watchedBy(Requester.One viewer) {
        return this;
    }

    /**
     * Looks for a range. Fails with {@link BusyException} if too many clients look or read already.
     *
     * @param startMs PROGRAM-DATE-TIME, inclusive, ms since 1970
     * @param endMs PROGRAM-DATE-TIME, exclusive, ms since 1970; {@link Long#MAX_VALUE} to continue with the live stream
     */
    CompletionStage<Range> find(String stream, long startMs, long endMs);

    /**
     * Plays a range to {@code sink}, as fast as its socket accepts data. Returns the action that removes the viewer, to
     * be run on the event loop of {@code sink} when the viewer has left or ended.
     *
     * @throws BusyException if too many viewers read past media
     */
    Runnable play(Range.Playable range, FlvSink sink) throws BusyException;
}
