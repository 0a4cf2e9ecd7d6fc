package io.millrace.media.mpegts;

import io.millrace.media.bytes.ByteReader;
import io.millrace.media.bytes.MalformedException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads transport streams with one program: sections, PES packets, clocks and continuity errors. For tests and tools:
 * everything that was read stays in memory.
 *
 * <p>Confined to one thread. If it is fed consecutive segments, it checks that they join without continuity errors.
 */
public final class TsReader {
    private final Map<Integer, Integer> counters = new HashMap<>();
    private final Map<Integer, Open> open = new HashMap<>();
    private final Map<Integer, Integer> streamTypes = new TreeMap<>();
    private final Map<Integer, String> registrations = new TreeMap<>();
    private final List<TsPacket> packets = new ArrayList<>();
    private final List<PesPacket> pesPackets = new ArrayList<>();
    private final List<String> continuityErrors = new ArrayList<>();
    private int clockPid = -1;

    /** A PES packet that has not ended yet. */
    private record Open(boolean randomAccess, ByteArrayOutputStream bytes) {}

    /** Reads whole packets until {@code in} is consumed. */
    public TsReader feed(ByteBuffer in) {
        while (in.hasRemaining()) {
            packet(TsPacket.parse(in));
        }
        return this;
    }

    /** Ends PES packets of unbounded length. Call it after the last packet, or between segments. */
    public TsReader finish() {
        new TreeMap<>(open).keySet().forEach(this::close);
        return this;
    }

    public List<TsPacket> packets() {
        return packets;
    }

    /** Returns the PES packets in the order in which they ended. */
    public List<PesPacket> pesPackets() {
        return pesPackets;
    }

    public List<PesPacket> pesPackets(int pid) {
        return pesPackets.stream().filter(pes -> pes.pid() == pid).toList();
    }

    /**
     * Returns one line for every packet whose counter does not follow the previous one; a signalled discontinuity is
     * not an error.
     */
    public List<String> continuityErrors() {
        return continuityErrors;
    }

    /** Returns the stream_type of each PID according to the last PMT. */
    public Map<Integer, Integer> streamTypes() {
        return streamTypes;
    }

    /** Returns the format identifier of each PID that has a registration descriptor in the last PMT. */
    public Map<Integer, String> registrations() {
        return registrations;
    }

    /** Returns PCR_PID of the last PMT, or -1 before the first. */
    public int clockPid() {
        return clockPid;
    }

    private void packet(TsPacket packet) {
        packets.add(packet);
        continuity(packet);
        if (!packet.hasPayload()) {
            return;
        }
        switch (packet.pid()) {
            case TsProgram.PAT_PID -> section(packet, TsProgram.PAT_TABLE);
            case TsProgram.PMT_PID -> pmt(section(packet, TsProgram.PMT_TABLE));
            default -> media(packet);
        }
    }

    private void continuity(TsPacket packet) {
        Integer last = counters.put(packet.pid(), packet.counter());
        if (last == null || packet.discontinuity()) {
            return;
        }
        int expected = packet.hasPayload() ? (last + 1) % TsPidWriter.COUNTER_CYCLE : last;
        if (expected != packet.counter()) {
            continuityErrors.add("packet " + (packets.size() - 1) + " PID " + packet.pid() + ": counter "
                    + packet.counter() + ", expected " + expected);
        }
    }

    /** Returns the bytes of a section between its length and its CRC. */
    private static ByteReader section(TsPacket packet, int table) {
        ByteReader in = new ByteReader("section", packet.payload().duplicate());
        in.skip(in.uint8("pointer_field"), "pointer_field");
        ByteBuffer whole = in.rest();
        ByteReader head = new ByteReader("section", whole.duplicate());
        int seen = head.uint8("table_id");
        if (seen != table) {
            throw MalformedException.value("section", "table_id", seen, Integer.toString(table));
        }
        int length = head.uint16("section_length") & 0x0FFF;
        ByteReader body = new ByteReader("section", head.slice(length, "section_length"));
        if (Crc32Mpeg.of(whole.slice(0, length + 3)) != 0) {
            throw MalformedException.value("section", "CRC_32", "wrong", "the CRC of the section");
        }
        return new ByteReader("section", body.slice(length - 4, "CRC_32"));
    }

    private void pmt(ByteReader in) {
        in.skip(5, "program_number");
        clockPid = in.uint16("PCR_PID") & 0x1FFF;
        in.skip(in.uint16("program_info_length") & 0x0FFF, "descriptors");
        streamTypes.clear();
        registrations.clear();
        while (in.hasRemaining()) {
            int type = in.uint8("stream_type");
            int pid = in.uint16("elementary_PID") & 0x1FFF;
            streamTypes.put(pid, type);
            descriptors(pid, new ByteReader("descriptors", in.slice(in.uint16("ES_info_length") & 0x0FFF,
                    "descriptors")));
        }
    }

    private void descriptors(int pid, ByteReader in) {
        while (in.hasRemaining()) {
            int tag = in.uint8("descriptor_tag");
            ByteBuffer body = in.slice(in.uint8("descriptor_length"), "descriptor");
            if (tag == PmtTrack.REGISTRATION_TAG && body.remaining() >= PmtTrack.REGISTRATION_BYTES) {
                registrations.put(pid, StandardCharsets.ISO_8859_1
                        .decode(body.slice(0, PmtTrack.REGISTRATION_BYTES)).toString());
            }
        }
    }

    private void media(TsPacket packet) {
        if (packet.start()) {
            close(packet.pid());
            open.put(packet.pid(), new Open(packet.randomAccess(), new ByteArrayOutputStream()));
        }
        Open pes = open.get(packet.pid());
        if (pes == null) {
            throw MalformedException.value("transport_packet", "payload_unit_start_indicator", 0,
                    "1 on the first packet of PID " + packet.pid());
        }
        byte[] bytes = new byte[packet.payload().remaining()];
        packet.payload().get(packet.payload().position(), bytes);
        pes.bytes().writeBytes(bytes);
    }

    private void close(int pid) {
        Open pes = open.remove(pid);
        if (pes != null) {
            pesPackets.add(PesPacket.parse(pid, pes.randomAccess(), ByteBuffer.wrap(pes.bytes().toByteArray())));
        }
    }
}
