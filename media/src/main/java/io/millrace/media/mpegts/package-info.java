/**
 * MPEG transport streams (ISO/IEC 13818-1) as HLS wants them (RFC 8216, 3.2): a muxer of one segment part by part, and
 * a reader for tests and tools.
 *
 * <p>Pure, no clock and no memory beyond the segment: a part's bytes are a function of the segment's samples up to and
 * including the part. From below: {@code TsPidWriter} cuts PES packets into transport packets and owns the continuity
 * counter, {@code PesHeader}, {@code AnnexB} and {@code Adts} make what is in them, {@code TsProgram} says what the
 * PIDs are, {@code TsSegmentMuxer} decides order, clock and batches.
 */
package io.millrace.media.mpegts;
