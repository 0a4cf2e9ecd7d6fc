package io.millrace.packager.loop;

import io.millrace.platform.log.Packet;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The packets of one partition that wait for their cut, by offset. Packets beyond the partition's share of memory, or
 * older than {@link #HORIZON_MS}, are evicted; they can be read from the log again.
 *
 * <p>Confined to the partition's worker. Bodies are copied, because a body that refers to a fetch buffer retains the
 * whole buffer.
 */
final class PacketCache {
    /** Approximate memory of a packet in addition to its body: record, buffer, map entries. */
    static final int PACKET_COST_BYTES = 256;
    /**
     * Work time of the partition for which a packet is kept. A frame is cut within the duration of a segment; a packet
     * that waits for a minute belongs to a stream that is not being cut. Not ingest time: a node whose clock is ahead
     * would evict the packets of other nodes' streams.
     */
    static final long HORIZON_MS = 60_000;

    private final ByteBudget.Share memory;
    private final Map<Long, Entry> entries = new LinkedHashMap<>();
    private final Map<String, TreeSet<Long>> offsetsByStream = new HashMap<>();

    /** @param addedMs work time of the partition when the packet was added */
    private record Entry(String stream, Packet packet, long addedMs) {}

    PacketCache(ByteBudget.Share memory) {
        this.memory = memory;
    }

    long bytes() {
        return memory.bytes();
    }

    /** Whether half of the share is used. The other half is reserved for packets that have been fetched already. */
    boolean isFull() {
        return memory.bytes() >= memory.allowedBytes() / 2;
    }

    /** Returns the oldest cached offset, or {@code otherwise} if the cache is empty. */
    long oldestOffset(long otherwise) {
        return entries.isEmpty() ? otherwise : entries.keySet().iterator().next();
    }

    /**
     * @param offset greater than all before; a repeated offset has no effect
     * @param workedMs work time of the partition, which never decreases
     */
    void add(long offset, String stream, Packet packet, long workedMs) {
        ByteBuffer body = ByteBuffer.allocate(packet.body().remaining()).put(packet.body().duplicate()).flip();
        Packet owned = packet.withBody(body);
        if (entries.putIfAbsent(offset, new Entry(stream, owned, workedMs)) == null) {
            offsetsByStream.computeIfAbsent(stream, _ -> new TreeSet<>()).add(offset);
            memory.add(cost(owned));
            evict(workedMs);
        }
    }

    /** Returns null if the packet is not cached. */
    Packet get(long offset) {
        Entry entry = entries.get(offset);
        return entry == null ? null : entry.packet();
    }

    /** Removes a packet of the stream if it is cached. If a later cut needs it too, it is read from the log. */
    void release(String stream, long offset) {
        TreeSet<Long> offsets = offsetsByStream.get(stream);
        if (offsets != null && offsets.remove(offset)) {
            memory.add(-cost(entries.remove(offset).packet()));
            if (offsets.isEmpty()) {
                offsetsByStream.remove(stream);
            }
        }
    }

    /** Removes the stream's packets before {@code offset}. */
    void releaseBefore(String stream, long offset) {
        TreeSet<Long> offsets = offsetsByStream.get(stream);
        if (offsets == null) {
            return;
        }
        while (!offsets.isEmpty() && offsets.first() < offset) {
            memory.add(-cost(entries.remove(offsets.pollFirst()).packet()));
        }
        if (offsets.isEmpty()) {
            offsetsByStream.remove(stream);
        }
    }

    /** Removes all packets, because their offsets are used again. */
    void clear() {
        entries.values().forEach(entry -> memory.add(-cost(entry.packet())));
        entries.clear();
        offsetsByStream.clear();
    }

    /** Evicts packets that are too old or too many. */
    void evict(long workedMs) {
        Iterator<Map.Entry<Long, Entry>> oldest = entries.entrySet().iterator();
        while (oldest.hasNext()) {
            Map.Entry<Long, Entry> entry = oldest.next();
            Packet packet = entry.getValue().packet();
            if (memory.bytes() <= memory.allowedBytes() && workedMs - entry.getValue().addedMs() <= HORIZON_MS) {
                return;
            }
            oldest.remove();
            memory.add(-cost(packet));
            String stream = entry.getValue().stream();
            TreeSet<Long> offsets = offsetsByStream.get(stream);
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
