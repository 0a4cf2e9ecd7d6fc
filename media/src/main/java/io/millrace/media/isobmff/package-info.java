/**
 * The structures that MP4 files and live fragments have in common (ISO/IEC 14496-12, -14, -15): boxes, track headers, and
 * sample entries with the configuration of every codec. Sample tables and fragments are in {@code mp4} and {@code fmp4}. Pure.
 */
package io.millrace.media.isobmff;
