package io.millrace.platform.past;

import io.millrace.platform.log.IndexEntry;

/** The position of a stream in the log at a point in time. */
public sealed interface Moment {
    /**
     * A keyframe where readers start: the one at the start of the segment that was playing at the time or, if nothing
     * was playing then, the first one after it. A segment that begins exactly at the time counts as playing. In a
     * segment that begins without a keyframe, it is the last keyframe before the time.
     *
     * @param offset offset of the entry in {@code index}
     * @param entry index entry of the keyframe's part: contains epoch, session and segment, the keyframe's offset in
     *     {@code packets}, and the offset of the FLV timeline there
     */
    record At(long offset, IndexEntry entry) implements Moment {}

    /** All retained media of the stream is older than the time, or there is none. */
    record NotYet() implements Moment {}
}
