package io.millrace.platform.past;

import io.millrace.platform.log.IndexEntry;

/** Where a stream stood at a time. */
public sealed interface Moment {
    /**
     * A keyframe where readers start: the one that begins the segment which was on at the time, or, where nothing was shown
     * then, the first one after it. In segments that begin without one it is any keyframe, the last one before the time.
     *
     * @param offset of the entry in {@code index}
     * @param entry names epoch, session, segment, the offset of the keyframe in {@code packets} and the FLV time line there
     */
    record At(long offset, IndexEntry entry) implements Moment {}

    /** All that is retained of the stream is older, or nothing is. */
    record NotYet() implements Moment {}
}
