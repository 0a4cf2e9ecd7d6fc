package io.millrace.media.mp4;

import io.millrace.media.codec.CodecConfig;

/**
 * One track of an MP4 file with the table of its samples.
 *
 * <p>Immutable.
 *
 * @param timescale ticks a second of every time of this track
 * @param startTicks what the edit list adds to the times of the samples to get times of the movie: negative when it
 *        skips what an encoder put in front (AAC priming, the reordering delay of B-frames), positive for a late start
 */
public record Mp4Track(CodecConfig config, long timescale, long startTicks, SampleTable samples) {}
