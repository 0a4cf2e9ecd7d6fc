package io.millrace.platform.past;

import io.millrace.platform.log.IndexEntry;

/** Where a stream stood at a time. */
public sealed interface Moment {
    /**
     * A part that holds a keyframe, where a reader may start: the last one at or before the time, or, where nothing was
     * shown then, the first one after it.
     *
     * @param offset of the entry in {@code index}
     * @param entry names epoch, session, segment, the offset of the keyframe in {@code packets} and the FLV time line there
     */
    record At(long offset, IndexEntry entry) implements Moment {}

    /** All that is retained of the stream is older, or nothing is. */
    record NotYet() implements Moment {}
}
