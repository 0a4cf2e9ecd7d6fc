package io.millrace.media.m3u8;

import io.millrace.media.time.Ticks;

/** The text of a {@link MediaPlaylist}: a pure function, line feeds alone, tags in the one order of our playlists. */
public final class MediaPlaylistWriter {
    /** Decimal EXTINF needs 3; nothing that we write needs more (RFC 8216, 7). */
    static final int VERSION = 3;
    /** 10 µs: sums over any run stay far within one frame. */
    static final int DURATION_DIGITS = 5;

    private MediaPlaylistWriter() {}

    /** What stands behind the last segment of a playlist that has ended. */
    public static final String END = "#EXT-X-ENDLIST\n";
    /** What stands before a segment that does not go on from the one before. */
    public static final String DISCONTINUITY = "#EXT-X-DISCONTINUITY\n";

    public static String write(MediaPlaylist playlist) {
        StringBuilder text = new StringBuilder(head(playlist, PlaylistKind.LIVE));
        playlist.segments().forEach(segment -> text.append(segment(segment)));
        return playlist.ended() ? text.append(END).toString() : text.toString();
    }

    /** All that stands before the first segment; who makes a playlist of pieces puts {@link #segment} behind it. */
    public static String head(MediaPlaylist playlist, PlaylistKind kind) {
        PlaylistLines lines = new PlaylistLines().tag("EXT-X-VERSION", VERSION)
                .tag("EXT-X-TARGETDURATION", playlist.targetDurationS());
        if (kind == PlaylistKind.VOD) {
            lines.tag("EXT-X-PLAYLIST-TYPE", "VOD");
        }
        lines.tag("EXT-X-MEDIA-SEQUENCE", playlist.mediaSequence())
                .tag("EXT-X-DISCONTINUITY-SEQUENCE", playlist.discontinuitySequence());
        if (playlist.independentSegments()) {
            lines.tag("EXT-X-INDEPENDENT-SEGMENTS");
        }
        if (kind == PlaylistKind.REWIND) {
            lines.tag("EXT-X-START", "TIME-OFFSET=0");
        }
        return lines.toString();
    }

    /** One segment with its tags. */
    public static String segment(MediaSegment segment) {
        PlaylistLines lines = PlaylistLines.body();
        write(segment, lines);
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
