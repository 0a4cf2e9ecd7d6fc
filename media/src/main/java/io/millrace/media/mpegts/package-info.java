/**
 * MPEG transport streams (ISO/IEC 13818-1) as HLS requires them (RFC 8216, 3.2): a muxer for one segment, part by part,
 * and a reader for tests and tools.
 *
 * <p>Pure; no clock and no state beyond the segment: a part's bytes are a function of the segment's samples up to and
 * including the part. From the bottom up: {@code TsPidWriter} splits PES packets into transport packets and owns the
 * continuity counter; {@code PesHeader}, {@code AnnexB} and {@code AudioFraming} write their contents;
 * {@code TsProgram} defines the PIDs; {@code TsSegmentMuxer} decides order, clock and batches.
 */
package io.millrace.media.mpegts;
