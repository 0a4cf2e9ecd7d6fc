package io.millrace.media.m3u8;

import io.millrace.media.time.Ticks;
import java.util.List;

/** Writes {@link MediaPlaylist}s as text: a pure function, with line feeds only and tags in a fixed order. */
public final class MediaPlaylistWriter {
    /** EXT-X-VERSION without EXT-X-MAP: decimal EXTINF requires 3 (RFC 8216, 7). */
    static final int VERSION = 3;
    /** EXT-X-VERSION with EXT-X-MAP in a playlist that is not limited to I-frames (RFC 8216, 7). */
    static final int MAP_VERSION = 6;
    /** A resolution of 10 µs, so that the sum over any number of segments stays well within one frame. */
    static final int DURATION_DIGITS = 5;

    private MediaPlaylistWriter() {}

    /** The tag after the last segment of a playlist that has ended. */
    public static final String END = "#EXT-X-ENDLIST\n";
    /** The tag before a segment that does not continue the previous one. */
    public static final String DISCONTINUITY = "#EXT-X-DISCONTINUITY\n";

    /** Returns the text of a whole playlist of the kind {@link PlaylistKind#LIVE}. */
    public static String write(MediaPlaylist playlist) {
        boolean hasMaps = playlist.segments().stream().anyMatch(segment -> segment.mapUri() != null);
        StringBuilder text = new StringBuilder(head(playlist, PlaylistKind.LIVE, hasMaps));
        playlist.segments().forEach(segment -> text.append(segment(segment)));
        return playlist.ended() ? text.append(END).toString() : text.toString();
    }

    /**
     * Returns everything before the first segment, for callers that assemble a playlist from the head and {@link
     * #segment}s. The segments of {@code playlist} are not used.
     *
     * @param hasMaps whether the playlist contains EXT-X-MAP
     */
    public static String head(MediaPlaylist playlist, PlaylistKind kind, boolean hasMaps) {
        return head(playlist, kind, hasMaps ? MAP_VERSION : VERSION, false);
    }

    /** @param iframesOnly whether the playlist has keyframes only (EXT-X-I-FRAMES-ONLY) */
    static String head(MediaPlaylist playlist, PlaylistKind kind, int version, boolean iframesOnly) {
        PlaylistLines lines = new PlaylistLines().tag("EXT-X-VERSION", version)
                .tag("EXT-X-TARGETDURATION", playlist.targetDurationS());
        if (kind == PlaylistKind.VOD) {
            lines.tag("EXT-X-PLAYLIST-TYPE", "VOD");
        }
        lines.tag("EXT-X-MEDIA-SEQUENCE", playlist.mediaSequence())
                .tag("EXT-X-DISCONTINUITY-SEQUENCE", playlist.discontinuitySequence());
        if (iframesOnly) {
            lines.tag("EXT-X-I-FRAMES-ONLY");
        }
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

    /** Returns EXT-X-MAP, which applies to the segments that follow. */
    public static String map(String uri) {
        PlaylistLines lines = PlaylistLines.body();
        map(uri, lines);
        return lines.toString();
    }

    /** Returns EXT-X-DATERANGEs, which callers that assemble a playlist put before a segment. */
    public static String dateRanges(List<DateRange> ranges) {
        StringBuilder text = new StringBuilder();
        ranges.forEach(range -> text.append(range.line()));
        return text.toString();
    }

    private static void map(String uri, PlaylistLines lines) {
        lines.tag("EXT-X-MAP", new AttributeList().quoted("URI", uri).toString());
    }

    /** Tag order: DATERANGEs, DISCONTINUITY, (KEY,) MAP, PROGRAM-DATE-TIME, (BITRATE, PARTs,) GAP, EXTINF, URI. */
    private static void write(MediaSegment segment, PlaylistLines lines) {
        lines.text(dateRanges(segment.dateRanges()));
        begin(segment.discontinuity(), segment.mapUri(), segment.programDateTimeMs(), lines);
        end(segment, lines);
    }

    /** Writes the tags of a segment that precede its parts. */
    static void begin(boolean discontinuity, String mapUri, long programDateTimeMs, PlaylistLines lines) {
        if (discontinuity) {
            lines.tag("EXT-X-DISCONTINUITY");
        }
        if (mapUri != null) {
            map(mapUri, lines);
        }
        if (programDateTimeMs != MediaSegment.NO_TIME) {
            lines.tag("EXT-X-PROGRAM-DATE-TIME", DateTimes.text(programDateTimeMs));
        }
    }

    /** Writes the tags of a segment that follow its parts, and its URI. */
    static void end(MediaSegment segment, PlaylistLines lines) {
        if (segment.gap()) {
            lines.tag("EXT-X-GAP");
        }
        lines.tag("EXTINF", FixedPoint.text(segment.durationTicks(), Ticks.MPEG, DURATION_DIGITS) + ",")
                .uri(segment.uri());
    }
}
