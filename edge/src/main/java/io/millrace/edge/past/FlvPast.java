package io.millrace.edge.past;

import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.log.BusyException;
import io.millrace.edge.log.Requester;
import io.millrace.edge.view.PastTags;
import io.millrace.platform.log.Keyframe;
import io.millrace.platform.log.StreamEntry;
import io.millrace.platform.timeline.Tracks;
import java.util.concurrent.CompletionStage;

/** The past of {@code packets} as FLV tags, continued by the live stream. Thread-safe; never blocks. */
public interface FlvPast {
    /** The result of looking for a range of the past. */
    sealed interface Range {
        /**
         * The range can be played.
         *
         * @param tracks the tracks that are announced to viewers at the start
         * @param start the keyframe at or before the start
         * @param limit null for an open range
         */
        record Playable(StreamEntry epoch, Tracks tracks, Keyframe start, PastTags.Limit limit) implements Range {}

        /** The start lies after everything that the stream has. */
        record NotYet() implements Range {}

        /** The stream has no media in the range. */
        record Nothing() implements Range {}

        /**
         * The range has expired.
         *
         * @param availableFromMs PROGRAM-DATE-TIME of the earliest retained media, ms since 1970
         */
        record Expired(long availableFromMs) implements Range {}
    }

    /** Returns a view of the same log for one client. */
    default FlvPast watchedBy(Requester.One viewer) {
        return this;
    }

    /**
     * Looks for a range. Fails with {@link BusyException} if too many clients look or read already.
     *
     * @param startMs PROGRAM-DATE-TIME, ms since 1970
     * @param endMs PROGRAM-DATE-TIME, ms since 1970; {@link Long#MAX_VALUE} to continue with the live stream
     */
    CompletionStage<Range> find(String stream, long startMs, long endMs);

    /**
     * Plays a range to {@code sink}, as fast as its socket accepts data. Returns an action to run when the viewer has
     * left.
     *
     * @throws BusyException if there are too many viewers of the past; then there is nothing to run
     */
    Runnable play(Range.Playable range, FlvSink sink) throws BusyException;
}
