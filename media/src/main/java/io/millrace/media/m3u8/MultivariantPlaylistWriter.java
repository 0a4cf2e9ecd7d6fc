package io.millrace.media.m3u8;

/** Writes {@link MultivariantPlaylist}s as text: a pure function, with line feeds only. */
public final class MultivariantPlaylistWriter {
    private static final int FRAME_RATE_DIGITS = 3;
    /** EXT-X-VERSION with services of CEA-708 (RFC 8216, 7). */
    private static final int SERVICE_VERSION = 7;

    private MultivariantPlaylistWriter() {}

    /**
     * Returns the text of a playlist.
     *
     * @param hasMaps whether the media playlists contain EXT-X-MAP. The multivariant playlist has their version, so
     *     that players which do not support it do not begin
     */
    public static String write(MultivariantPlaylist playlist, boolean hasMaps) {
        boolean hasServices = playlist.captions().stream().anyMatch(each -> each.instreamId().startsWith("SERVICE"));
        PlaylistLines lines = new PlaylistLines().tag("EXT-X-VERSION", hasServices
                ? SERVICE_VERSION
                : hasMaps ? MediaPlaylistWriter.MAP_VERSION : MediaPlaylistWriter.VERSION);
        if (playlist.independentSegments()) {
            lines.tag("EXT-X-INDEPENDENT-SEGMENTS");
        }
        playlist.audio().forEach(audio -> lines.tag("EXT-X-MEDIA", attributes(audio).toString()));
        playlist.captions().forEach(captions -> lines.tag("EXT-X-MEDIA", attributes(captions).toString()));
        boolean hasCaptions = !playlist.captions().isEmpty();
        playlist.variants().forEach(variant -> lines
                .tag("EXT-X-STREAM-INF", attributes(variant, hasCaptions).toString()).uri(variant.uri()));
        playlist.iframes().forEach(
                iframes -> lines.tag("EXT-X-I-FRAME-STREAM-INF", attributes(iframes).toString()));
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

    /** @param hasCaptions whether a variant has captions: NONE must then not be said of another (RFC 8216, 4.3.4.2) */
    private static AttributeList attributes(Variant variant, boolean hasCaptions) {
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
        if (variant.captionsGroup() != null) {
            return list.quoted("CLOSED-CAPTIONS", variant.captionsGroup());
        }
        return hasCaptions ? list : list.token("CLOSED-CAPTIONS", "NONE");
    }

    private static AttributeList attributes(ClosedCaptions captions) {
        AttributeList list = new AttributeList().token("TYPE", "CLOSED-CAPTIONS").quoted("GROUP-ID", captions.group())
                .quoted("NAME", captions.name());
        if (captions.language() != null) {
            list.quoted("LANGUAGE", captions.language());
        }
        return list.token("DEFAULT", captions.isDefault() ? "YES" : "NO").token("AUTOSELECT", "YES")
                .quoted("INSTREAM-ID", captions.instreamId());
    }

    private static AttributeList attributes(IframeVariant iframes) {
        AttributeList list = new AttributeList().number("BANDWIDTH", iframes.bandwidth());
        if (iframes.averageBandwidth() > 0) {
            list.number("AVERAGE-BANDWIDTH", iframes.averageBandwidth());
        }
        list.quoted("CODECS", String.join(",", iframes.codecs()));
        if (iframes.width() > 0 && iframes.height() > 0) {
            list.token("RESOLUTION", iframes.width() + "x" + iframes.height());
        }
        if (iframes.videoRange() != null) {
            list.token("VIDEO-RANGE", iframes.videoRange().name());
        }
        return list.quoted("URI", iframes.uri());
    }
}
