package io.millrace.platform.past;

import io.millrace.platform.timeline.Tracks;

/**
 * The tracks of a segment.
 *
 * @param segment number of the segment in its epoch
 * @param offset offset of the segment's first cut in {@code segments}
 */
public record SegmentTracks(long segment, long offset, Tracks tracks) {}
