package io.millrace.edge.live;

import java.util.Collections;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * What a viewer may see of one epoch at one point of the index.
 *
 * <p>Immutable.
 *
 * @param segments those known here, complete or not, by number
 * @param media the media playlist, null as long as no segment is complete
 * @param peakBitrate of the segments listed, bits a second
 * @param averageBitrate of the segments listed, bits a second
 * @param ended nothing will be added
 * @param newestKeyframe where a reader of packets may start, null without one
 */
public record EpochView(NavigableMap<Long, Segment> segments, RenderedText media, long peakBitrate,
        long averageBitrate, boolean ended, Keyframe newestKeyframe) {

    static EpochView empty(boolean ended, Keyframe newestKeyframe) {
        return new EpochView(Collections.emptyNavigableMap(), null, 0, 0, ended, newestKeyframe);
    }

    /** Whether there is a playlist to show. */
    public boolean isListed() {
        return media != null;
    }

    /** A segment whose bytes are all there. */
    public Optional<Segment> complete(long number) {
        return Optional.ofNullable(segments.get(number)).filter(Segment::complete);
    }

    /** Number of the newest segment whose bytes are all there, -1 without one. */
    public long newest() {
        return segments.descendingMap().values().stream().filter(Segment::complete).mapToLong(Segment::number)
                .findFirst().orElse(-1);
    }
}
