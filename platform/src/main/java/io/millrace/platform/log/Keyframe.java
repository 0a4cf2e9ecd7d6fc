package io.millrace.platform.log;

/**
 * A frame in the log where a reader of packets can start.
 *
 * @param session number of the session that contains the frame
 * @param offset offset of the frame's packet in {@code packets}
 * @param timestampOffsetMs offset that turns RTMP timestamps into times of the epoch's FLV timeline at this frame
 */
public record Keyframe(long session, long offset, long timestampOffsetMs) {
    /** The offset in an index entry whose part contains no keyframe. */
    public static final long NONE = -1;
}
