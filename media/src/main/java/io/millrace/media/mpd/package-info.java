/**
 * DASH media presentation descriptions (ISO/IEC 23009-1, 5th edition; DASH-IF IOP 4.3) as records and their text, for
 * segments in CMAF that are addressed by number.
 *
 * <p>Pure: the text is a function of the record alone, byte for byte. {@code Mpd} and the records in it are the
 * content; {@code MpdWriter} and {@code XmlText} produce the text. Nothing here knows streams or epochs.
 */
package io.millrace.media.mpd;
