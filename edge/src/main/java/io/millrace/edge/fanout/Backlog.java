package io.millrace.edge.fanout;

import io.millrace.platform.log.Packet;
import java.util.ArrayList;
import java.util.List;

/**
 * The records of one stream that arrive at the live tail before its first viewer starts. Confined to the packet feed's
 * thread; limited by {@link RingMemory}.
 */
final class Backlog {
    /** Memory of a retained record in addition to its body. */
    private static final int RECORD_BYTES = 128;

    private final RingMemory memory;
    private final List<FlvChannel.At> records = new ArrayList<>();
    private long bytes;

    Backlog(RingMemory memory) {
        this.memory = memory;
    }

    /** Retains a record. Returns false, and retains nothing, if there is no memory for it. */
    boolean add(FlvChannel.At at) {
        long sizeBytes = RECORD_BYTES + (at.record() instanceof Packet packet ? packet.body().remaining() : 0);
        if (!memory.reserveBackfill(sizeBytes)) {
            return false;
        }
        bytes += sizeBytes;
        records.add(at);
        return true;
    }

    /** Removes and returns all records, and releases their memory. */
    List<FlvChannel.At> drain() {
        List<FlvChannel.At> all = List.copyOf(records);
        records.clear();
        memory.releaseBackfill(bytes);
        bytes = 0;
        return all;
    }
}
