package io.millrace.media.m3u8;

/**
 * One EXT-X-RENDITION-REPORT (RFC 8216bis, 4.4.5.4): how far the playlist of another rendition reaches.
 *
 * <p>Immutable.
 *
 * @param uri URI of the other playlist, relative to the one with the report
 * @param lastMsn number of its last segment, complete or not
 * @param lastPart number of the last part of that segment
 */
public record RenditionReport(String uri, long lastMsn, int lastPart) {
    public RenditionReport {
        PlaylistLines.requireUri(uri);
    }
}
