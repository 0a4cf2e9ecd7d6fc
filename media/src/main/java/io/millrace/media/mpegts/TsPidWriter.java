package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;

/**
 * Splits the PES packets of one PID into transport packets of 188 bytes (ISO/IEC 13818-1, 2.4.3.2) and numbers them.
 *
 * <p>Layout: {@code 47 | 0, start, 0, PID:13 | 00, adaptation:2, counter:4 | [adaptation field] | payload}. Unused
 * space is stuffed in the adaptation field, never in the payload. Confined to one thread. Used for one segment, at
 * whose start the counter is 0.
 */
final class TsPidWriter {
    static final int PACKET_BYTES = 188;
    static final int PAYLOAD_BYTES = 184;
    static final int SYNC = 0x47;
    /**
     * Number of values of the continuity counter. The number of packets of each media PID in a segment is a multiple of
     * this.
     */
    static final int COUNTER_CYCLE = 16;
    /** Value that means no PCR. */
    static final long NO_PCR = -1;
    /**
     * Minimum size of the PES packet that completes a segment: one byte for each of up to 15 added packets, and 19
     * bytes for the first, so that a header with both timestamps is not split (some players require that).
     */
    static final int COMPLETING_BYTES = 19 + COUNTER_CYCLE - 1;

    private static final int PCR_FLAG = 0x10;
    private static final int RANDOM_ACCESS_FLAG = 0x40;
    private static final int DISCONTINUITY_FLAG = 0x80;
    private static final int PCR_BYTES = 6;

    private final int pid;
    private int payloadPackets;
    private boolean discontinuityDue;

    /** @param discontinuous whether the first packet signals a discontinuity */
    TsPidWriter(int pid, boolean discontinuous) {
        this.pid = pid;
        this.discontinuityDue = discontinuous;
    }

    /** Returns whether the number of the PID's packets in the segment is a multiple of {@link #COUNTER_CYCLE}. */
    boolean isComplete() {
        return payloadPackets % COUNTER_CYCLE == 0;
    }

    /** Writes one packet with one section, stuffed with FF (2.4.4.1). */
    static void section(ByteWriter out, int pid, int counter, ByteBuffer section) {
        out.uint8(SYNC).uint16(0x4000 | pid).uint8(0x10 | counter).uint8(0).bytes(section).fill(0xFF,
                PAYLOAD_BYTES - 1 - section.remaining());
    }

    /**
     * Writes one PES packet, and advances the position of {@code pes} to its limit.
     *
     * @param pcr90k 33-bit clock for the first transport packet, or {@link #NO_PCR}
     * @param completing whether to spread the PES packet over additional transport packets, with at least one byte in
     *     each, so that {@link #isComplete} becomes true; requires at least {@link #COMPLETING_BYTES}
     */
    void pes(ByteWriter out, ByteBuffer pes, long pcr90k, boolean randomAccess, boolean completing) {
        int flags = takeFlags(pcr90k, randomAccess);
        int firstRoom = PAYLOAD_BYTES - fieldBytes(flags);
        int packets = 1 + Math.ceilDiv(Math.max(0, pes.remaining() - firstRoom), PAYLOAD_BYTES);
        if (completing) {
            packets += Math.floorMod(-(payloadPackets + packets), COUNTER_CYCLE);
        }
        for (int i = 0; i < packets; i++) {
            int packetsAfter = packets - 1 - i;
            int bytes = Math.min(i == 0 ? firstRoom : PAYLOAD_BYTES, pes.remaining() - packetsAfter);
            header(out, i == 0, bytes > 0, bytes < PAYLOAD_BYTES, payloadPackets++ % COUNTER_CYCLE);
            adaptationField(out, PAYLOAD_BYTES - bytes, i == 0 ? flags : 0, pcr90k);
            out.bytes(pes.slice(pes.position(), bytes));
            pes.position(pes.position() + bytes);
        }
    }

    /** Writes a packet that contains only the clock. Packets without payload do not increment the counter (2.4.3.3). */
    void pcr(ByteWriter out, long pcr90k) {
        header(out, false, false, true, Math.floorMod(payloadPackets - 1, COUNTER_CYCLE));
        adaptationField(out, PAYLOAD_BYTES, takeFlags(pcr90k, false), pcr90k);
    }

    private int takeFlags(long pcr90k, boolean randomAccess) {
        int flags = (discontinuityDue ? DISCONTINUITY_FLAG : 0) | (randomAccess ? RANDOM_ACCESS_FLAG : 0)
                | (pcr90k == NO_PCR ? 0 : PCR_FLAG);
        discontinuityDue = false;
        return flags;
    }

    /** Returns the size of the shortest adaptation field that holds {@code flags}. */
    private static int fieldBytes(int flags) {
        return flags == 0 ? 0 : 2 + ((flags & PCR_FLAG) == 0 ? 0 : PCR_BYTES);
    }

    private void header(ByteWriter out, boolean start, boolean payload, boolean adaptation, int counter) {
        out.uint8(SYNC).uint16((start ? 0x4000 : 0) | pid)
                .uint8((adaptation ? 0x20 : 0) | (payload ? 0x10 : 0) | counter);
    }

    /** @param bytes size of the whole field including its length byte; 0 for no field, 1 for only the length byte */
    private static void adaptationField(ByteWriter out, int bytes, int flags, long pcr90k) {
        if (bytes == 0) {
            return;
        }
        out.uint8(bytes - 1);
        if (bytes == 1) {
            return;
        }
        out.uint8(flags);
        if ((flags & PCR_FLAG) != 0) {
            // 33-bit base, 6 reserved bits (ones), 9-bit extension (0 because our clock runs at 90 kHz).
            out.uint32(pcr90k >>> 1).uint16((int) (pcr90k & 1) << 15 | 0x7E00);
        }
        out.fill(0xFF, bytes - Math.max(2, fieldBytes(flags)));
    }
}
