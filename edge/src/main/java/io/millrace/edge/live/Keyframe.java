package io.millrace.edge.live;

/**
 * A keyframe in the log that the index names, where a reader of packets may start.
 *
 * @param session whose keyframe it is
 * @param offset of its packet in {@code packets}
 * @param timestampOffsetMs what is added to RTMP timestamps there for the epoch's FLV time line
 */
public record Keyframe(long session, long offset, long timestampOffsetMs) {}
