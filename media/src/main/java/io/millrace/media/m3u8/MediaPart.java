package io.millrace.media.m3u8;

/**
 * One EXT-X-PART of a {@link PartsPlaylist} (RFC 8216bis, 4.4.4.9): a part of a segment that is a resource of its own.
 *
 * <p>Immutable.
 *
 * @param uri relative or absolute
 * @param durationTicks 90 kHz
 * @param independent whether it contains a keyframe (INDEPENDENT)
 * @param gap whether it is not available (GAP)
 */
public record MediaPart(String uri, long durationTicks, boolean independent, boolean gap) {
    public MediaPart {
        PlaylistLines.requireUri(uri);
        if (durationTicks < 0) {
            throw new IllegalArgumentException("durationTicks is negative: " + durationTicks);
        }
    }
}
