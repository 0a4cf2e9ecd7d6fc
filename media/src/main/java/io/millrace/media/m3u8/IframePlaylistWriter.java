package io.millrace.media.m3u8;

import io.millrace.media.time.Ticks;

/**
 * Writes media playlists of keyframes (RFC 8216, 4.3.3.6), from which players show pictures while a viewer searches: a
 * pure function, with line feeds only and tags in a fixed order. Each segment is the keyframe at the beginning of a
 * segment of the ordinary playlist, as a byte range of that segment's file, and lasts until the next one.
 */
public final class IframePlaylistWriter {
    /** EXT-X-VERSION with EXT-X-MAP in a playlist that is limited to I-frames (RFC 8216, 7). */
    static final int VERSION = 5;

    private IframePlaylistWriter() {}

    /**
     * Returns the text of a whole playlist of the kind {@link PlaylistKind#LIVE}.
     *
     * @param keyframeBytes for each segment, as in {@link #segment}
     */
    public static String write(MediaPlaylist playlist, int[] keyframeBytes) {
        StringBuilder text = new StringBuilder(head(playlist, PlaylistKind.LIVE));
        for (int i = 0; i < keyframeBytes.length; i++) {
            text.append(segment(playlist.segments().get(i), keyframeBytes[i]));
        }
        return playlist.ended() ? text.append(MediaPlaylistWriter.END).toString() : text.toString();
    }

    /** Returns everything before the first segment, as {@link MediaPlaylistWriter#head} does. */
    public static String head(MediaPlaylist playlist, PlaylistKind kind) {
        return MediaPlaylistWriter.head(playlist, kind, VERSION, true);
    }

    /**
     * Returns one keyframe with its tags.
     *
     * @param segment the segment that begins with the keyframe
     * @param keyframeBytes size of the beginning of the segment's file up to the end of the keyframe; 0 if the segment
     *     does not begin with a keyframe: it is then listed as EXT-X-GAP
     */
    public static String segment(MediaSegment segment, int keyframeBytes) {
        PlaylistLines lines = PlaylistLines.body();
        MediaPlaylistWriter.begin(segment.discontinuity(), segment.mapUri(), segment.programDateTimeMs(), lines);
        boolean isGap = segment.gap() || keyframeBytes == 0;
        if (isGap) {
            lines.tag("EXT-X-GAP");
        }
        lines.tag("EXTINF", FixedPoint.text(segment.durationTicks(), Ticks.MPEG, MediaPlaylistWriter.DURATION_DIGITS)
                + ",");
        if (!isGap) {
            lines.tag("EXT-X-BYTERANGE", keyframeBytes + "@0");
        }
        return lines.uri(segment.uri()).toString();
    }
}
