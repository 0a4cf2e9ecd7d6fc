package io.millrace.media.m3u8;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.time.Ticks;
import java.util.ArrayList;
import java.util.List;

/**
 * Parses the text of a media playlist, for tests and tools. Tags that {@link MediaPlaylist} does not represent are
 * ignored.
 *
 * <p>Confined to one thread; each instance reads one playlist.
 */
public final class MediaPlaylistReader {
    private long targetDurationS;
    private long mediaSequence;
    private long discontinuitySequence;
    private boolean independentSegments;
    private boolean ended;
    private final List<MediaSegment> segments = new ArrayList<>();
    // The tags of the next segment that have been read so far. The segment ends with its URI.
    private long durationTicks = -1;
    private long programDateTimeMs = MediaSegment.NO_TIME;
    private boolean discontinuity;
    private boolean gap;
    private String mapUri;

    private MediaPlaylistReader() {}

    /**
     * Parses the text of one playlist.
     *
     * @throws MalformedException if the text violates the standard
     */
    public static MediaPlaylist read(String text) {
        MediaPlaylistReader reader = new MediaPlaylistReader();
        PlaylistLines.parse(text).forEach(reader::line);
        if (reader.targetDurationS < 1 || reader.targetDurationS > Integer.MAX_VALUE) {
            throw MalformedException.value(PlaylistLines.STRUCTURE, "EXT-X-TARGETDURATION", reader.targetDurationS,
                    "1 or more seconds");
        }
        return new MediaPlaylist((int) reader.targetDurationS, reader.mediaSequence, reader.discontinuitySequence,
                reader.independentSegments, reader.segments, reader.ended);
    }

    private void line(String line) {
        String name = PlaylistLines.name(line);
        String value = PlaylistLines.value(line);
        switch (name) {
            case "EXT-X-TARGETDURATION" -> targetDurationS = PlaylistLines.integer(name, value);
            case "EXT-X-MEDIA-SEQUENCE" -> mediaSequence = PlaylistLines.integer(name, value);
            case "EXT-X-DISCONTINUITY-SEQUENCE" -> discontinuitySequence = PlaylistLines.integer(name, value);
            case "EXT-X-INDEPENDENT-SEGMENTS" -> independentSegments = true;
            case "EXT-X-ENDLIST" -> ended = true;
            case "EXT-X-DISCONTINUITY" -> discontinuity = true;
            case "EXT-X-PROGRAM-DATE-TIME" -> programDateTimeMs = DateTimes.parse(value);
            case "EXT-X-GAP" -> gap = true;
            case "EXT-X-MAP" -> mapUri = map(name, value);
            case "EXTINF" -> durationTicks = duration(value);
            case "EXT-X-STREAM-INF" -> throw MalformedException.value(PlaylistLines.STRUCTURE, name, "present",
                    "a media playlist (this one is multivariant)");
            case "" -> uri(line);
            default -> {
                // A tag of a later standard, or one that MediaPlaylist does not represent.
            }
        }
    }

    private static String map(String name, String value) {
        return AttributeList.parse(name, value).quoted("URI").filter(uri -> !uri.isEmpty())
                .orElseThrow(() -> MalformedException.value(name, "URI", "missing", "a quoted URI"));
    }

    private static long duration(String value) {
        int comma = value.indexOf(',');
        return FixedPoint.parse(comma < 0 ? value : value.substring(0, comma), Ticks.MPEG, "EXTINF");
    }

    private void uri(String uri) {
        if (durationTicks < 0) {
            throw MalformedException.value(PlaylistLines.STRUCTURE, "EXTINF", "missing", "one before every URI");
        }
        if (uri.chars().anyMatch(c -> c <= ' ')) {
            throw MalformedException.value(PlaylistLines.STRUCTURE, "URI", uri, "a URI without whitespace");
        }
        segments.add(new MediaSegment(uri, durationTicks, programDateTimeMs, discontinuity, gap, mapUri));
        durationTicks = -1;
        programDateTimeMs = MediaSegment.NO_TIME;
        discontinuity = false;
        gap = false;
        mapUri = null;
    }
}
