package io.millrace.media.mp4;

import io.millrace.media.codec.CodecConfig;
import java.util.List;

/**
 * One track of an MP4 file with its sample table.
 *
 * <p>Immutable.
 *
 * @param id track_ID
 * @param configs its sample descriptions, at least one, all of one codec; {@link SampleTable#description} selects one
 *     for each sample
 * @param timescale ticks per second of all times of this track
 * @param startTicks value that converts sample times to movie times by addition, from the edit list: negative if that
 *     skips what an encoder put at the start (AAC priming, the reordering delay of B-frames), positive for a late start
 */
public record Mp4Track(long id, List<CodecConfig> configs, long timescale, long startTicks, SampleTable samples) {
    /** Returns the first configuration; most tracks have no other. */
    public CodecConfig config() {
        return configs.getFirst();
    }
}
