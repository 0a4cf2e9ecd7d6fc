/**
 * HLS playlists (RFC 8216, draft-pantos-hls-rfc8216bis) as records, their text, and a reader for tests and tools.
 *
 * <p>Pure: text is a function of the record alone, to the byte. {@code MediaPlaylist} and {@code MultivariantPlaylist}
 * are what is said, their {@code Writer}s say it, {@code PlaylistLines}, {@code AttributeList}, {@code FixedPoint} and
 * {@code DateTimes} are the grammar below.
 */
package io.millrace.media.m3u8;
