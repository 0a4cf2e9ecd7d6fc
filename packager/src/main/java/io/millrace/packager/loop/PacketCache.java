package io.millrace.packager.loop;

import io.millrace.platform.log.Packet;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The packets of one partition that wait for their cut, by offset. What there is no room for, or what has waited for
 * {@link #HORIZON_US}, is forgotten: it can be read again.
 *
 * <p>Confined to the loop. Bodies are copied, because a body in the memory of a fetch keeps the whole fetch.
 */
final class PacketCache {
    /** Beside the body: record, buffer, map entries; about. */
    static final int PACKET_COST_BYTES = 256;
    /**
     * Ingest time, µs, that a packet waits. A frame is cut within a segment's time; what waits for a minute belongs to a
     * stream that is not cut.
     */
    static final long HORIZON_US = 60_000_000;

    private final long limitBytes;
    private final Map<Long, Entry> entries = new LinkedHashMap<>();
    private final Map<String, ArrayDeque<Long>> offsetsByStream = new HashMap<>();
    private long bytes;
    private long newestArrivalUs = Long.MIN_VALUE;

    private record Entry(String stream, Packet packet) {}

    PacketCache(long limitBytes) {
        this.limitBytes = limitBytes;
    }

    long bytes() {
        return bytes;
    }

    /** Half of the limit is taken: the other half is for what has been fetched already. */
    boolean isFull() {
        return bytes >= limitBytes / 2;
    }

    /** The oldest offset that waits, or {@code otherwise}. */
    long oldestOffset(long otherwise) {
        return entries.isEmpty() ? otherwise : entries.keySet().iterator().next();
    }

    /** @param offset greater than all before; other calls do nothing */
    void add(long offset, String stream, Packet packet) {
        ByteBuffer body = ByteBuffer.allocate(packet.body().remaining()).put(packet.body().duplicate()).flip();
        Packet owned = new Packet(packet.session(), packet.seq(), packet.arrivalUs(), packet.timestampMs(),
                packet.compositionTimeMs(), packet.kind(), packet.track(), packet.keyframe(), packet.recoveryPoint(),
                packet.config(), body);
        if (entries.putIfAbsent(offset, new Entry(stream, owned)) == null) {
            offsetsByStream.computeIfAbsent(stream, _ -> new ArrayDeque<>()).add(offset);
            bytes += cost(owned);
            newestArrivalUs = Math.max(newestArrivalUs, packet.arrivalUs());
            forgetOldest();
        }
    }

    /** Null if it is not here. */
    Packet get(long offset) {
        Entry entry = entries.get(offset);
        return entry == null ? null : entry.packet();
    }

    /** Cuts of a stream are in the order of its packets: nothing up to {@code offset} is asked for again. */
    void release(String stream, long offset) {
        ArrayDeque<Long> offsets = offsetsByStream.get(stream);
        if (offsets == null) {
            return;
        }
        while (!offsets.isEmpty() && offsets.getFirst() <= offset) {
            bytes -= cost(entries.remove(offsets.removeFirst()).packet());
        }
        if (offsets.isEmpty()) {
            offsetsByStream.remove(stream);
        }
    }

    private void forgetOldest() {
        Iterator<Map.Entry<Long, Entry>> oldest = entries.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Long, Entry> entry = oldest.next();
            Packet packet = entry.getValue().packet();
            if (bytes <= limitBytes && newestArrivalUs - packet.arrivalUs() <= HORIZON_US) {
                return;
            }
            oldest.remove();
            bytes -= cost(packet);
            String stream = entry.getValue().stream();
            ArrayDeque<Long> offsets = offsetsByStream.get(stream);
            offsets.remove(entry.getKey());
            if (offsets.isEmpty()) {
                offsetsByStream.remove(stream);
            }
        }
    }

    private static long cost(Packet packet) {
        return packet.body().remaining() + PACKET_COST_BYTES;
    }
}
