package io.millrace.platform.timeline;

import io.millrace.platform.log.IndexEntry;

/**
 * A frame in the log where a reader of packets can start.
 *
 * @param session the session that contains it
 * @param offset offset of its packet in {@code packets}
 * @param timestampOffsetMs offset that turns RTMP timestamps into times of the epoch's FLV timeline there
 */
public record Keyframe(long session, long offset, long timestampOffsetMs) {
    /** Returns the keyframe of an index entry that names one. */
    public static Keyframe of(IndexEntry entry) {
        return new Keyframe(entry.session(), entry.keyframeOffset(), entry.timestampOffsetMs());
    }
}
