package io.millrace.media.mp4;

import io.millrace.media.codec.CodecConfig;
import java.util.List;

/**
 * One track of an MP4 file with the table of its samples.
 *
 * <p>Immutable.
 *
 * @param id its number in the file
 * @param configs its sample descriptions, at least one, all of one codec; {@link SampleTable#description} says which holds
 * @param timescale ticks a second of every time of this track
 * @param startTicks what the edit list adds to the times of the samples to get times of the movie: negative when it
 *        skips what an encoder put in front (AAC priming, the reordering delay of B-frames), positive for a late start
 */
public record Mp4Track(long id, List<CodecConfig> configs, long timescale, long startTicks, SampleTable samples) {
    /** What its first sample description says; most tracks have no other. */
    public CodecConfig config() {
        return configs.getFirst();
    }
}
