package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;

/**
 * Writes PES packet headers (ISO/IEC 13818-1, 2.4.3.6).
 *
 * <p>Layout: {@code 000001 | stream id:8 | length:16 | 84 or 80 | 00, 80 (PTS) or C0 (PTS, DTS) | header length:8 |
 * PTS:40 | DTS:40 | FF stuffing}.
 */
final class PesHeader {
    static final int VIDEO_STREAM_ID = 0xE0;
    static final int AUDIO_STREAM_ID = 0xC0;
    /** private_stream_1, for AC-3 and E-AC-3. */
    static final int PRIVATE_STREAM_ID = 0xBD;
    static final long TIMESTAMP_MASK = (1L << 33) - 1;
    /** Size of a header without timestamps and stuffing. */
    static final int FIXED_BYTES = 9;

    private static final int TIMESTAMP_BYTES = 5;
    private static final int LENGTH_LIMIT = 0xFFFF;
    private static final int DATA_ALIGNED = 0x84;
    private static final int NOT_ALIGNED = 0x80;

    private PesHeader() {}

    /**
     * Writes a header with timestamps; the DTS is written only if it differs from the PTS.
     *
     * @param minimumBytes minimum size of the whole PES packet, reached by header stuffing, of which the standard
     *     allows at most 32 bytes
     */
    static void write(ByteWriter out, int streamId, long pts90k, long dts90k, int payloadBytes, int minimumBytes) {
        boolean dts = pts90k != dts90k;
        int timestampBytes = dts ? 2 * TIMESTAMP_BYTES : TIMESTAMP_BYTES;
        int stuffing = Math.max(0, minimumBytes - FIXED_BYTES - timestampBytes - payloadBytes);
        start(out, streamId, 3 + timestampBytes + stuffing + payloadBytes);
        out.uint8(DATA_ALIGNED).uint8(dts ? 0xC0 : 0x80).uint8(timestampBytes + stuffing);
        timestamp(out, dts ? 3 : 2, pts90k);
        if (dts) {
            timestamp(out, 1, dts90k);
        }
        out.fill(0xFF, stuffing);
    }

    /** Writes a header without timestamps; its payload belongs to the preceding access unit. */
    static void writeContinuation(ByteWriter out, int streamId, int payloadBytes) {
        start(out, streamId, 3 + payloadBytes);
        out.uint8(NOT_ALIGNED).uint8(0).uint8(0);
    }

    /**
     * Writes the first fields. A length that exceeds 16 bits is written as 0, meaning unbounded. The standard allows
     * this for video only; audio batches never exceed 16 bits.
     */
    private static void start(ByteWriter out, int streamId, int length) {
        out.uint24(1).uint8(streamId).uint16(length <= LENGTH_LIMIT ? length : 0);
    }

    private static void timestamp(ByteWriter out, int prefix, long ticks) {
        long wire = ticks & TIMESTAMP_MASK;
        out.uint8((int) (prefix << 4 | wire >>> 29 & 0x0E | 1)).uint16((int) (wire >>> 14 & 0xFFFE | 1))
                .uint16((int) (wire << 1 & 0xFFFE | 1));
    }
}
