package io.millrace.media.m3u8;

import java.util.List;

/**
 * A multivariant playlist (RFC 8216, 4.3.4).
 *
 * <p>Immutable. {@link MultivariantPlaylistWriter#write} returns its text; {@link MultivariantPlaylistReader#read} is
 * the inverse.
 *
 * @param independentSegments whether every segment of every variant starts with a keyframe
 * @param audio the audio playlists that variants refer to by group, the default one of each group first
 * @param variants in order of preference: players start with the first
 */
public record MultivariantPlaylist(boolean independentSegments, List<AudioRendition> audio, List<Variant> variants) {
    /** Creates a playlist whose variants contain their audio. */
    public MultivariantPlaylist(boolean independentSegments, List<Variant> variants) {
        this(independentSegments, List.of(), variants);
    }

    /** @throws IllegalArgumentException if a variant refers to a group that does not exist */
    public MultivariantPlaylist {
        audio = List.copyOf(audio);
        variants = List.copyOf(variants);
        List<String> groups = audio.stream().map(AudioRendition::group).toList();
        for (Variant variant : variants) {
            if (variant.audioGroup() != null && !groups.contains(variant.audioGroup())) {
                throw new IllegalArgumentException("there is no audio group " + variant.audioGroup());
            }
        }
    }
}
