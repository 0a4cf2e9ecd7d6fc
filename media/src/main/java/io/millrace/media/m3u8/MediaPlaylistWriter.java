package io.millrace.media.m3u8;

import io.millrace.media.time.Ticks;

/** Writes {@link MediaPlaylist}s as text: a pure function, with line feeds only and tags in a fixed order. */
public final class MediaPlaylistWriter {
    /** EXT-X-VERSION: decimal EXTINF requires 3, and no other tag here requires more (RFC 8216, 7). */
    static final int VERSION = 3;
    /** A resolution of 10 µs, so that the sum over any number of segments stays well within one frame. */
    static final int DURATION_DIGITS = 5;

    private MediaPlaylistWriter() {}

    /** The tag after the last segment of a playlist that has ended. */
    public static final String END = "#EXT-X-ENDLIST\n";
    /** The tag before a segment that does not continue the previous one. */
    public static final String DISCONTINUITY = "#EXT-X-DISCONTINUITY\n";

    /** Returns the text of a whole playlist of the kind {@link PlaylistKind#LIVE}. */
    public static String write(MediaPlaylist playlist) {
        StringBuilder text = new StringBuilder(head(playlist, PlaylistKind.LIVE));
        playlist.segments().forEach(segment -> text.append(segment(segment)));
        return playlist.ended() ? text.append(END).toString() : text.toString();
    }

    /**
     * Returns everything before the first segment, for callers that assemble a playlist from the head and {@link
     * #segment}s. The segments of {@code playlist} are not used.
     */
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

    /** Returns one segment with its tags. */
    public static String segment(MediaSegment segment) {
        PlaylistLines lines = PlaylistLines.body();
        write(segment, lines);
        return lines.toString();
    }

    /** Tag order: DISCONTINUITY, (KEY, MAP,) PROGRAM-DATE-TIME, (BITRATE, PARTs,) GAP, EXTINF, URI. */
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
