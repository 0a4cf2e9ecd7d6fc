package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteWriter;
import java.nio.ByteBuffer;

/**
 * Cuts PES packets of one PID into transport packets of 188 bytes (ISO/IEC 13818-1, 2.4.3.2) and counts them.
 *
 * <p>Layout: {@code 47 | 0, start, 0, PID:13 | 00, adaptation:2, counter:4 | [adaptation field] | payload}. Room that is
 * left is stuffed in the adaptation field, never in the payload. Confined to one thread; lives for one segment, in
 * which its counter begins at 0.
 */
final class TsPidWriter {
    static final int PACKET_BYTES = 188;
    static final int PAYLOAD_BYTES = 184;
    static final int SYNC = 0x47;
    /** Values of the continuity counter, and what a segment's packets of a PID are a multiple of. */
    static final int COUNTER_CYCLE = 16;
    /** No PCR. */
    static final long NO_PCR = -1;
    /**
     * Bytes of the PES packet that completes a segment: a byte for each of 15 added packets, and 19 for the first, so
     * that a header with both time stamps is in one piece (some players want that).
     */
    static final int COMPLETING_BYTES = 19 + COUNTER_CYCLE - 1;

    private static final int PCR_FLAG = 0x10;
    private static final int RANDOM_ACCESS_FLAG = 0x40;
    private static final int DISCONTINUITY_FLAG = 0x80;
    private static final int PCR_BYTES = 6;

    private final int pid;
    private int payloadPackets;
    private boolean discontinuityDue;

    /** @param discontinuous whether its first packet tells of a discontinuity */
    TsPidWriter(int pid, boolean discontinuous) {
        this.pid = pid;
        this.discontinuityDue = discontinuous;
    }

    /** Whether the PID's packets of the segment are a multiple of {@link #COUNTER_CYCLE}. */
    boolean isComplete() {
        return payloadPackets % COUNTER_CYCLE == 0;
    }

    /** One packet with one section, stuffed with FF (2.4.4.1). */
    static void section(ByteWriter out, int pid, int counter, ByteBuffer section) {
        out.uint8(SYNC).uint16(0x4000 | pid).uint8(0x10 | counter).uint8(0).bytes(section).fill(0xFF,
                PAYLOAD_BYTES - 1 - section.remaining());
    }

    /**
     * One PES packet.
     *
     * @param pcr90k clock of its first packet, 33 bits, or {@link #NO_PCR}
     * @param completing whether to spread it over so many more packets, each with a byte or more, that
     *     {@link #isComplete} holds; then it is of {@link #COMPLETING_BYTES} at least
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

    /** A packet of the clock alone. It does not count: it repeats the counter of the packet before (2.4.3.3). */
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

    /** Of the shortest adaptation field that says {@code flags}. */
    private static int fieldBytes(int flags) {
        return flags == 0 ? 0 : 2 + ((flags & PCR_FLAG) == 0 ? 0 : PCR_BYTES);
    }

    private void header(ByteWriter out, boolean start, boolean payload, boolean adaptation, int counter) {
        out.uint8(SYNC).uint16((start ? 0x4000 : 0) | pid)
                .uint8((adaptation ? 0x20 : 0) | (payload ? 0x10 : 0) | counter);
    }

    /** @param bytes of the whole field, its length byte included: 0 for none, 1 for the length byte alone */
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
            // Base of 33 bits, 6 reserved ones, extension of 9 bits: our clock ticks at 90 kHz.
            out.uint32(pcr90k >>> 1).uint16((int) (pcr90k & 1) << 15 | 0x7E00);
        }
        out.fill(0xFF, bytes - Math.max(2, fieldBytes(flags)));
    }
}
