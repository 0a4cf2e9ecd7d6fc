package io.millrace.media.m3u8;

/**
 * One EXT-X-MEDIA of TYPE=AUDIO (RFC 8216, 4.3.4.1): a media playlist with audio alone, which players combine with the
 * video of a {@link Variant}. AUTOSELECT is always YES: each is for viewers who prefer its language.
 *
 * <p>Immutable.
 *
 * @param group GROUP-ID, which variants name
 * @param name for users; unique in the group
 * @param language BCP 47; null if unknown
 * @param isDefault whether players choose it unless the viewer prefers another; at most one of a group
 * @param channels number of channels, 0 if unknown
 * @param uri URI of the media playlist, relative or absolute
 */
public record AudioRendition(String group, String name, String language, boolean isDefault, int channels, String uri) {
    public AudioRendition {
        PlaylistLines.requireUri(uri);
        if (channels < 0) {
            throw new IllegalArgumentException("a negative number of channels: " + channels);
        }
    }
}
