package io.millrace.media.m3u8;

import java.util.List;

/**
 * A media playlist (RFC 8216, 4.3.2 and 4.3.3).
 *
 * <p>Immutable. Its text is {@link MediaPlaylistWriter#write}; {@link MediaPlaylistReader#read} is its inverse.
 *
 * @param targetDurationS EXT-X-TARGETDURATION: no segment's rounded duration is longer; never changes
 * @param mediaSequence number of the first segment listed
 * @param discontinuitySequence how many EXT-X-DISCONTINUITY tags have left the window
 * @param independentSegments whether every segment starts with a keyframe
 * @param segments oldest first
 * @param ended EXT-X-ENDLIST: nothing follows for ever
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
