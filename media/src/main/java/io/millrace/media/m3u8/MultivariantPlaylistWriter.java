package io.millrace.media.m3u8;

/** Writes {@link MultivariantPlaylist}s as text: a pure function, with line feeds only. */
public final class MultivariantPlaylistWriter {
    private static final int FRAME_RATE_DIGITS = 3;

    private MultivariantPlaylistWriter() {}

    /**
     * Returns the text of a playlist.
     *
     * @param hasMaps whether the media playlists contain EXT-X-MAP. The multivariant playlist has their version, so
     *     that players which do not support it do not begin
     */
    public static String write(MultivariantPlaylist playlist, boolean hasMaps) {
        PlaylistLines lines = new PlaylistLines().tag("EXT-X-VERSION",
                hasMaps ? MediaPlaylistWriter.MAP_VERSION : MediaPlaylistWriter.VERSION);
        if (playlist.independentSegments()) {
            lines.tag("EXT-X-INDEPENDENT-SEGMENTS");
        }
        playlist.audio().forEach(audio -> lines.tag("EXT-X-MEDIA", attributes(audio).toString()));
        playlist.variants().forEach(
                variant -> lines.tag("EXT-X-STREAM-INF", attributes(variant).toString()).uri(variant.uri()));
        return lines.toString();
    }

    private static AttributeList attributes(AudioRendition audio) {
        AttributeList list = new AttributeList().token("TYPE", "AUDIO").quoted("GROUP-ID", audio.group())
                .quoted("NAME", audio.name());
        if (audio.language() != null) {
            list.quoted("LANGUAGE", audio.language());
        }
        list.token("DEFAULT", audio.isDefault() ? "YES" : "NO").token("AUTOSELECT", "YES");
        if (audio.channels() > 0) {
            list.quoted("CHANNELS", Integer.toString(audio.channels()));
        }
        return list.quoted("URI", audio.uri());
    }

    private static AttributeList attributes(Variant variant) {
        AttributeList list = new AttributeList().number("BANDWIDTH", variant.bandwidth());
        if (variant.averageBandwidth() > 0) {
            list.number("AVERAGE-BANDWIDTH", variant.averageBandwidth());
        }
        if (!variant.codecs().isEmpty()) {
            list.quoted("CODECS", String.join(",", variant.codecs()));
        }
        if (variant.width() > 0 && variant.height() > 0) {
            list.token("RESOLUTION", variant.width() + "x" + variant.height());
        }
        if (variant.frameRateMilliHz() > 0) {
            list.token("FRAME-RATE", FixedPoint.text(variant.frameRateMilliHz(), 1000, FRAME_RATE_DIGITS));
        }
        if (variant.videoRange() != null) {
            list.token("VIDEO-RANGE", variant.videoRange().name());
        }
        if (variant.audioGroup() != null) {
            list.quoted("AUDIO", variant.audioGroup());
        }
        return list.token("CLOSED-CAPTIONS", "NONE");
    }
}
