package io.millrace.media.m3u8;

/** How players treat a media playlist. */
public enum PlaylistKind {
    /** Players start near its end. */
    LIVE,
    /** Players start at its beginning and continue into segments that are added later (EXT-X-START). */
    REWIND,
    /** The playlist is complete and never changes (EXT-X-PLAYLIST-TYPE). */
    VOD
}
