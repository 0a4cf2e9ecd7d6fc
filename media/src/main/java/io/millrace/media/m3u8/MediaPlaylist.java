package io.millrace.media.m3u8;

import java.util.List;

/**
 * A media playlist (RFC 8216, 4.3.2 and 4.3.3).
 *
 * <p>Immutable. {@link MediaPlaylistWriter#write} returns its text; {@link MediaPlaylistReader#read} is the inverse.
 *
 * @param targetDurationS EXT-X-TARGETDURATION in seconds: upper bound of the rounded segment durations; never changes
 * @param mediaSequence number of the first listed segment
 * @param discontinuitySequence number of EXT-X-DISCONTINUITY tags that have left the window
 * @param independentSegments whether every segment starts with a keyframe
 * @param segments oldest first
 * @param ended EXT-X-ENDLIST: no segment will be added
 */
public record MediaPlaylist(int targetDurationS, long mediaSequence, long discontinuitySequence,
        boolean independentSegments, List<MediaSegment> segments, boolean ended) {
    public MediaPlaylist {
        segments = List.copyOf(segments);
        if (targetDurationS < 1 || mediaSequence < 0 || discontinuitySequence < 0) {
            throw new IllegalArgumentException("out of range: target duration " + targetDurationS + ", media sequence "
                    + mediaSequence + ", discontinuity sequence " + discontinuitySequence);
        }
    }
}
