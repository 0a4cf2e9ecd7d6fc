package io.millrace.media.m3u8;

import io.millrace.media.time.Ticks;

/** The text of a {@link MediaPlaylist}: a pure function, line feeds alone, tags in the one order of our playlists. */
public final class MediaPlaylistWriter {
    /** Decimal EXTINF needs 3; nothing that we write needs more (RFC 8216, 7). */
    static final int VERSION = 3;
    /** 10 µs: sums over any run stay far within one frame. */
    static final int DURATION_DIGITS = 5;

    private MediaPlaylistWriter() {}

    public static String write(MediaPlaylist playlist) {
        PlaylistLines lines = new PlaylistLines().tag("EXT-X-VERSION", VERSION)
                .tag("EXT-X-TARGETDURATION", playlist.targetDurationS())
                .tag("EXT-X-MEDIA-SEQUENCE", playlist.mediaSequence())
                .tag("EXT-X-DISCONTINUITY-SEQUENCE", playlist.discontinuitySequence());
        if (playlist.independentSegments()) {
            lines.tag("EXT-X-INDEPENDENT-SEGMENTS");
        }
        playlist.segments().forEach(segment -> write(segment, lines));
        if (playlist.ended()) {
            lines.tag("EXT-X-ENDLIST");
        }
        return lines.toString();
    }

    /** DISCONTINUITY, (KEY, MAP,) PROGRAM-DATE-TIME, (BITRATE, PARTs,) GAP, EXTINF, URI. */
    private static void write(MediaSegment segment, PlaylistLines lines) {
        if (segment.discontinuity()) {
            lines.tag("EXT-X-DISCONTINUITY");
        }
        if (segment.programDateTimeMs() != MediaSegment.NO_TIME) {
            lines.tag("EXT-X-PROGRAM-DATE-TIME", DateTimes.text(segment.programDateTimeMs()));
        }
        if (segment.gap()) {
            lines.tag("EXT-X-GAP");
        }
        lines.tag("EXTINF", FixedPoint.text(segment.durationTicks(), Ticks.MPEG, DURATION_DIGITS) + ",")
                .uri(segment.uri());
    }
}
