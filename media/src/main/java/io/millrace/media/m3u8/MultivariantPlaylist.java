package io.millrace.media.m3u8;

import java.util.List;

/**
 * A multivariant playlist (RFC 8216, 4.3.4).
 *
 * <p>Immutable. Its text is {@link MultivariantPlaylistWriter#write}; {@link MultivariantPlaylistReader#read} is its
 * inverse.
 *
 * @param independentSegments whether every segment of every variant starts with a keyframe
 * @param variants the first is what players begin with
 */
public record MultivariantPlaylist(boolean independentSegments, List<Variant> variants) {
    public MultivariantPlaylist {
        variants = List.copyOf(variants);
    }
}
