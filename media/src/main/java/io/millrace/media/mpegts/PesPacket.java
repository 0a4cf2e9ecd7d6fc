package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;

/**
 * One PES packet read from a transport stream (ISO/IEC 13818-1, 2.4.3.6), for tests and tools.
 *
 * <p>Immutable.
 *
 * @param streamId such as E0 for video
 * @param pts90k 33 bits, or {@link #NO_TIME} if the packet has none
 * @param dts90k 33 bits; equal to the PTS if the packet has none
 * @param randomAccess random_access_indicator of its first transport packet
 * @param data the payload
 */
public record PesPacket(int pid, int streamId, long pts90k, long dts90k, boolean randomAccess, ByteBuffer data) {
    /** Value of the timestamps of a packet that has none. */
    public static final long NO_TIME = -1;

    private static final String STRUCTURE = "PES_packet";

    static PesPacket parse(int pid, boolean randomAccess, ByteBuffer bytes) {
        ByteReader in = new ByteReader(STRUCTURE, bytes);
        int prefix = in.uint24("packet_start_code_prefix");
        if (prefix != 1) {
            throw MalformedException.value(STRUCTURE, "packet_start_code_prefix", prefix, "1");
        }
        int streamId = in.uint8("stream_id");
        int length = in.uint16("PES_packet_length");
        if (length != 0 && length != in.remaining()) {
            throw MalformedException.value(STRUCTURE, "PES_packet_length", length, Integer.toString(in.remaining()));
        }
        int marker = in.uint8("flags");
        if (marker >>> 6 != 2) {
            throw MalformedException.value(STRUCTURE, "'10'", marker >>> 6, "2");
        }
        int flags = in.uint8("PTS_DTS_flags") >>> 6;
        int headerBytes = in.uint8("PES_header_data_length");
        ByteReader header = new ByteReader(STRUCTURE, in.slice(headerBytes, "header"));
        long pts = (flags & 2) == 0 ? NO_TIME : timestamp(header, flags, "PTS");
        long dts = flags == 3 ? timestamp(header, 1, "DTS") : pts;
        while (header.hasRemaining()) {
            int stuffing = header.uint8("stuffing_byte");
            if (stuffing != 0xFF) {
                throw MalformedException.value(STRUCTURE, "stuffing_byte", stuffing, "0xFF");
            }
        }
        return new PesPacket(pid, streamId, pts, dts, randomAccess, in.rest());
    }

    private static long timestamp(ByteReader in, int prefix, String field) {
        long high = in.uint8(field);
        long middle = in.uint16(field);
        long low = in.uint16(field);
        if (high >>> 4 != prefix || (high & middle & low & 1) == 0) {
            throw MalformedException.value(STRUCTURE, field, high, "prefix " + prefix + " and marker bits");
        }
        return (high >>> 1 & 7) << 30 | middle >>> 1 << 15 | low >>> 1;
    }
}
