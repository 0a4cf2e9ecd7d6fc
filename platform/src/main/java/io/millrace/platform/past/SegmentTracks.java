package io.millrace.platform.past;

import io.millrace.platform.timeline.Tracks;

/**
 * The tracks of a segment.
 *
 * @param offset offset of its first cut in {@code segments}
 */
public record SegmentTracks(long segment, long offset, Tracks tracks) {}
