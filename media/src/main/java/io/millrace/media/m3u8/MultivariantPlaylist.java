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
 * @param captions the captions in the video of variants that refer to their group
 * @param variants in order of preference: players start with the first
 * @param iframes the playlists of keyframes
 */
public record MultivariantPlaylist(boolean independentSegments, List<AudioRendition> audio,
        List<ClosedCaptions> captions, List<Variant> variants, List<IframeVariant> iframes) {
    /** Creates a playlist without captions and without playlists of keyframes. */
    public MultivariantPlaylist(boolean independentSegments, List<AudioRendition> audio, List<Variant> variants) {
        this(independentSegments, audio, List.of(), variants, List.of());
    }

    /** Creates a playlist whose variants contain their audio. */
    public MultivariantPlaylist(boolean independentSegments, List<Variant> variants) {
        this(independentSegments, List.of(), variants);
    }

    /** @throws IllegalArgumentException if a variant refers to a group that does not exist */
    public MultivariantPlaylist {
        audio = List.copyOf(audio);
        captions = List.copyOf(captions);
        variants = List.copyOf(variants);
        iframes = List.copyOf(iframes);
        List<String> captionGroups = captions.stream().map(ClosedCaptions::group).toList();
        List<String> groups = audio.stream().map(AudioRendition::group).toList();
        for (Variant variant : variants) {
            if (variant.audioGroup() != null && !groups.contains(variant.audioGroup())) {
                throw new IllegalArgumentException("there is no audio group " + variant.audioGroup());
            }
            if (variant.captionsGroup() != null && !captionGroups.contains(variant.captionsGroup())) {
                throw new IllegalArgumentException("there is no group of captions " + variant.captionsGroup());
            }
        }
    }
}
