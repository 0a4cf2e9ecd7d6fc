package io.millrace.media.m3u8;

import java.util.List;

/**
 * A multivariant playlist (RFC 8216, 4.3.4).
 *
 * <p>Immutable. {@link MultivariantPlaylistWriter#write} returns its text; {@link MultivariantPlaylistReader#read} is
 * the inverse.
 *
 * @param independentSegments whether every segment of every variant starts with a keyframe
 * @param variants in order of preference: players start with the first
 */
public record MultivariantPlaylist(boolean independentSegments, List<Variant> variants) {
    public MultivariantPlaylist {
        variants = List.copyOf(variants);
    }
}
