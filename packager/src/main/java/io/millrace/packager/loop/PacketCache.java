package io.millrace.packager.loop;

import io.millrace.platform.log.Packet;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The packets of one partition that wait for their cut, by stream and offset. Packets beyond the partition's share of
 * memory, or older than {@link #HORIZON_MS}, are evicted; they can be read from the log again.
 *
 * <p>Confined to the partition's worker. Bodies are copied, because a body that refers to a fetch buffer retains the
 * whole buffer. Each packet has one object besides the packet itself: with hundreds of publishers, most of what the
 * collector copies waits here.
 */
final class PacketCache {
    /** Approximate memory of a packet in addition to its body: record, buffer, entry. */
    static final int PACKET_COST_BYTES = 256;
    /**
     * Work time of the partition for which a packet is kept. A frame is cut within the duration of a segment; a packet
     * that waits for a minute belongs to a stream that is not being cut. Not ingest time: a node whose clock is ahead
     * would evict the packets of other nodes' streams.
     */
    static final long HORIZON_MS = 60_000;

    private final ByteBudget.Share memory;
    private final Map<String, OfStream> streams = new HashMap<>();
    /** The ends of the list of all entries, in the order of their offsets; null while the cache is empty. */
    private Entry oldest;
    private Entry newest;

    /** A cached packet. The neighbours are null at the ends of the list, and of an entry that has been removed. */
    private static final class Entry {
        final OfStream stream;
        final long offset;
        final Packet packet;
        /** Work time of the partition when the packet was added. */
        final long addedMs;
        Entry older;
        Entry newer;

        Entry(OfStream stream, long offset, Packet packet, long addedMs) {
            this.stream = stream;
            this.offset = offset;
            this.packet = packet;
            this.addedMs = addedMs;
        }
    }

    /**
     * The entries of one stream, in the order of their offsets, at {@code from} to {@code to - 1}. The place of a removed
     * entry is null until all before it have been removed, too.
     */
    private static final class OfStream {
        private static final int FIRST_CAPACITY = 32;

        final String name;
        long[] offsets = new long[FIRST_CAPACITY];
        Entry[] entries = new Entry[FIRST_CAPACITY];
        int from;
        int to;

        OfStream(String name) {
            this.name = name;
        }

        void add(Entry entry) {
            if (to == entries.length) {
                makeRoom();
            }
            offsets[to] = entry.offset;
            entries[to++] = entry;
        }

        /** Moves the entries to the beginning, and doubles the capacity if they need more than half of it. */
        private void makeRoom() {
            int count = to - from;
            int capacity = count > entries.length / 2 ? 2 * entries.length : entries.length;
            long[] movedOffsets = new long[capacity];
            Entry[] moved = new Entry[capacity];
            System.arraycopy(offsets, from, movedOffsets, 0, count);
            System.arraycopy(entries, from, moved, 0, count);
            offsets = movedOffsets;
            entries = moved;
            from = 0;
            to = count;
        }

        /** Returns null if the stream has no entry of that offset. */
        Entry get(long offset) {
            int at = Arrays.binarySearch(offsets, from, to, offset);
            return at < 0 ? null : entries[at];
        }

        /** @param entry one that {@link #get} returns */
        void remove(Entry entry) {
            entries[Arrays.binarySearch(offsets, from, to, entry.offset)] = null;
            while (from < to && entries[from] == null) {
                from++;
            }
        }

        /** Returns null if there is none. */
        Entry oldest() {
            return from == to ? null : entries[from];
        }
    }

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
        return oldest == null ? otherwise : oldest.offset;
    }

    /**
     * @param offset greater than those of all cached packets
     * @param workedMs work time of the partition, which never decreases
     */
    void add(long offset, String stream, Packet packet, long workedMs) {
        ByteBuffer body = ByteBuffer.allocate(packet.body().remaining()).put(packet.body().duplicate()).flip();
        Packet owned = packet.withBody(body);
        OfStream ofStream = streams.computeIfAbsent(stream, OfStream::new);
        Entry entry = new Entry(ofStream, offset, owned, workedMs);
        ofStream.add(entry);
        entry.older = newest;
        if (newest == null) {
            oldest = entry;
        } else {
            newest.newer = entry;
        }
        newest = entry;
        memory.add(cost(owned));
        evict(workedMs);
    }

    /** Returns null if the packet is not cached. */
    Packet get(String stream, long offset) {
        OfStream ofStream = streams.get(stream);
        Entry entry = ofStream == null ? null : ofStream.get(offset);
        return entry == null ? null : entry.packet;
    }

    /** Removes a packet of the stream if it is cached. If a later cut needs it too, it is read from the log. */
    void release(String stream, long offset) {
        OfStream ofStream = streams.get(stream);
        Entry entry = ofStream == null ? null : ofStream.get(offset);
        if (entry != null) {
            remove(entry);
        }
    }

    /** Removes the stream's packets before {@code offset}. */
    void releaseBefore(String stream, long offset) {
        OfStream ofStream = streams.get(stream);
        if (ofStream == null) {
            return;
        }
        for (Entry next = ofStream.oldest(); next != null && next.offset < offset; next = ofStream.oldest()) {
            remove(next);
        }
    }

    /** Removes all packets, because their offsets are used again. */
    void clear() {
        while (oldest != null) {
            remove(oldest);
        }
    }

    /** Evicts packets that are too old or too many. */
    void evict(long workedMs) {
        while (oldest != null
                && (memory.bytes() > memory.allowedBytes() || workedMs - oldest.addedMs > HORIZON_MS)) {
            remove(oldest);
        }
    }

    private void remove(Entry entry) {
        if (entry.older == null) {
            oldest = entry.newer;
        } else {
            entry.older.newer = entry.newer;
        }
        if (entry.newer == null) {
            newest = entry.older;
        } else {
            entry.newer.older = entry.older;
        }
        entry.older = null;
        entry.newer = null;
        entry.stream.remove(entry);
        if (entry.stream.oldest() == null) {
            streams.remove(entry.stream.name);
        }
        memory.add(-cost(entry.packet));
    }

    private static long cost(Packet packet) {
        return packet.body().remaining() + PACKET_COST_BYTES;
    }
}
