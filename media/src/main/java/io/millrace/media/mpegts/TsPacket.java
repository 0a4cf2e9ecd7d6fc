package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import java.nio.ByteBuffer;

/**
 * One transport packet read from a stream (ISO/IEC 13818-1, 2.4.3.2 and 2.4.3.4), for tests and tools.
 *
 * <p>Immutable.
 *
 * @param pid 0 to 8191
 * @param start payload_unit_start_indicator
 * @param counter continuity_counter, 0 to 15
 * @param hasPayload whether the packet has a payload and therefore increments the counter
 * @param discontinuity discontinuity_indicator
 * @param randomAccess random_access_indicator
 * @param pcr90k base of the program clock reference, or -1 if absent
 * @param payload shares the packet's memory
 */
public record TsPacket(int pid, boolean start, int counter, boolean hasPayload, boolean discontinuity,
        boolean randomAccess, long pcr90k, ByteBuffer payload) {
    public static final int BYTES = TsPidWriter.PACKET_BYTES;

    private static final String STRUCTURE = "transport_packet";

    /** Parses the next {@link #BYTES} bytes of {@code in} and advances its position past them. */
    public static TsPacket parse(ByteBuffer in) {
        ByteReader packet = new ByteReader(STRUCTURE, new ByteReader(STRUCTURE, in).slice(BYTES, "packet"));
        int sync = packet.uint8("sync_byte");
        if (sync != TsPidWriter.SYNC) {
            throw MalformedException.value(STRUCTURE, "sync_byte", sync, "0x47");
        }
        int pid = packet.uint16("PID");
        int control = packet.uint8("adaptation_field_control");
        ByteBuffer field = ByteBuffer.allocate(0);
        if ((control & 0x20) != 0) {
            field = packet.slice(packet.uint8("adaptation_field_length"), "adaptation_field");
        }
        boolean hasPayload = (control & 0x10) != 0;
        if (hasPayload != packet.hasRemaining()) {
            throw MalformedException.value(STRUCTURE, "payload", packet.remaining() + " bytes",
                    hasPayload ? "at least one" : "none");
        }
        int flags = field.hasRemaining() ? field.get() & 0xFF : 0;
        return new TsPacket(pid & 0x1FFF, (pid & 0x4000) != 0, control & 0x0F, hasPayload, (flags & 0x80) != 0,
                (flags & 0x40) != 0, (flags & 0x10) == 0 ? -1 : pcr(field), packet.rest());
    }

    private static long pcr(ByteBuffer field) {
        ByteReader reader = new ByteReader("adaptation_field", field);
        long high = reader.uint32("program_clock_reference_base");
        return high << 1 | reader.uint16("program_clock_reference_extension") >>> 15;
    }
}
