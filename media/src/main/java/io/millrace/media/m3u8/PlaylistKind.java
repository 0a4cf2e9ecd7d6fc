package io.millrace.media.m3u8;

/** What a media playlist is to its players. */
public enum PlaylistKind {
    /** They start near its end. */
    LIVE,
    /** They start at its beginning and run on into what comes (EXT-X-START). */
    REWIND,
    /** It has an end and never changes (EXT-X-PLAYLIST-TYPE). */
    VOD
}
