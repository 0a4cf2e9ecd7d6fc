package io.millrace.media.m3u8;

/** Writes {@link MultivariantPlaylist}s as text: a pure function, with line feeds only. */
public final class MultivariantPlaylistWriter {
    private static final int FRAME_RATE_DIGITS = 3;

    private MultivariantPlaylistWriter() {}

    /** Returns the text of a playlist. */
    public static String write(MultivariantPlaylist playlist) {
        PlaylistLines lines = new PlaylistLines().tag("EXT-X-VERSION", MediaPlaylistWriter.VERSION);
        if (playlist.independentSegments()) {
            lines.tag("EXT-X-INDEPENDENT-SEGMENTS");
        }
        playlist.variants().forEach(
                variant -> lines.tag("EXT-X-STREAM-INF", attributes(variant).toString()).uri(variant.uri()));
        return lines.toString();
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
        return list.token("CLOSED-CAPTIONS", "NONE");
    }
}
