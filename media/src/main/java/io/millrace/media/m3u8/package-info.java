/**
 * HLS playlists (RFC 8216, draft-pantos-hls-rfc8216bis) as records, their text, and a reader for tests and tools.
 *
 * <p>Pure: the text is a function of the record alone, byte for byte. {@code MediaPlaylist} and
 * {@code MultivariantPlaylist} are the content, their {@code Writer}s produce the text, and {@code PlaylistLines},
 * {@code AttributeList}, {@code FixedPoint} and {@code DateTimes} implement the grammar.
 */
package io.millrace.media.m3u8;
