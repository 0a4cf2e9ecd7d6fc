/**
 * Fragmented MP4 (ISO/IEC 14496-12, 8.8) and CMAF (ISO/IEC 23000-19): init sections and chunks. Decides nothing about
 * where chunks begin. Pure.
 */
package io.millrace.media.fmp4;
