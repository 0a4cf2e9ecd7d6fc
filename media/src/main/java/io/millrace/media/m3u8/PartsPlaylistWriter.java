package io.millrace.media.m3u8;

import io.millrace.media.time.Ticks;
import java.util.List;

/** Writes {@link PartsPlaylist}s as text, complete or as delta updates: a pure function, with line feeds only. */
public final class PartsPlaylistWriter {
    /** EXT-X-VERSION with EXT-X-SKIP (RFC 8216bis, 8). */
    static final int SKIP_VERSION = 9;

    private PartsPlaylistWriter() {}

    /**
     * Returns the text of a playlist: a delta update if one is requested and at least one segment can be omitted. A
     * delta update has all EXT-X-DATERANGEs, those of omitted segments included: CAN-SKIP-DATERANGES is not offered.
     *
     * @param skip what may be omitted
     */
    public static String write(PartsPlaylist playlist, PartsPlaylist.Skip skip) {
        int skipped = skip == PartsPlaylist.Skip.NOTHING ? 0 : playlist.skippable();
        MediaPlaylist media = playlist.media();
        PlaylistLines lines = new PlaylistLines().tag("EXT-X-VERSION",
                skipped > 0 ? SKIP_VERSION : MediaPlaylistWriter.MAP_VERSION)
                .tag("EXT-X-TARGETDURATION", media.targetDurationS());
        control(playlist.control(), lines);
        lines.tag("EXT-X-MEDIA-SEQUENCE", media.mediaSequence())
                .tag("EXT-X-DISCONTINUITY-SEQUENCE", media.discontinuitySequence());
        if (media.independentSegments()) {
            lines.tag("EXT-X-INDEPENDENT-SEGMENTS");
        }
        if (skipped > 0) {
            lines.tag("EXT-X-SKIP", new AttributeList().number("SKIPPED-SEGMENTS", skipped).toString());
            media.segments().subList(0, skipped)
                    .forEach(segment -> lines.text(MediaPlaylistWriter.dateRanges(segment.dateRanges())));
        }
        for (int i = skipped; i < media.segments().size(); i++) {
            MediaSegment segment = media.segments().get(i);
            lines.text(MediaPlaylistWriter.dateRanges(segment.dateRanges()));
            MediaPlaylistWriter.begin(segment.discontinuity(), segment.mapUri(), segment.programDateTimeMs(), lines);
            parts(playlist.parts().get(i), lines);
            MediaPlaylistWriter.end(segment, lines);
        }
        if (playlist.open() != null) {
            PartsPlaylist.Open open = playlist.open();
            lines.text(MediaPlaylistWriter.dateRanges(open.dateRanges()));
            MediaPlaylistWriter.begin(open.discontinuity(), open.mapUri(), open.programDateTimeMs(), lines);
            parts(open.parts(), lines);
        }
        end(playlist, lines);
        return lines.toString();
    }

    private static void control(ServerControl control, PlaylistLines lines) {
        AttributeList list = new AttributeList().token("CAN-BLOCK-RELOAD", "YES");
        if (control.skipUntilTicks() > 0) {
            list.token("CAN-SKIP-UNTIL", seconds(control.skipUntilTicks()));
        }
        list.token("HOLD-BACK", seconds(control.holdBackTicks())).token("PART-HOLD-BACK",
                seconds(control.partHoldBackTicks()));
        lines.tag("EXT-X-SERVER-CONTROL", list.toString());
        lines.tag("EXT-X-PART-INF",
                new AttributeList().token("PART-TARGET", seconds(control.partTargetTicks())).toString());
    }

    private static void parts(List<MediaPart> parts, PlaylistLines lines) {
        for (MediaPart part : parts) {
            AttributeList list = new AttributeList().token("DURATION", seconds(part.durationTicks()))
                    .quoted("URI", part.uri());
            if (part.independent()) {
                list.token("INDEPENDENT", "YES");
            }
            if (part.gap()) {
                list.token("GAP", "YES");
            }
            lines.tag("EXT-X-PART", list.toString());
        }
    }

    private static void end(PartsPlaylist playlist, PlaylistLines lines) {
        if (playlist.hintUri() != null) {
            lines.tag("EXT-X-PRELOAD-HINT",
                    new AttributeList().token("TYPE", "PART").quoted("URI", playlist.hintUri()).toString());
        }
        for (RenditionReport report : playlist.reports()) {
            lines.tag("EXT-X-RENDITION-REPORT", new AttributeList().quoted("URI", report.uri())
                    .number("LAST-MSN", report.lastMsn()).number("LAST-PART", report.lastPart()).toString());
        }
        if (playlist.media().ended()) {
            lines.tag("EXT-X-ENDLIST");
        }
    }

    private static String seconds(long ticks) {
        return FixedPoint.text(ticks, Ticks.MPEG, MediaPlaylistWriter.DURATION_DIGITS);
    }
}
