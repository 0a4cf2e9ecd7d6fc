package io.millrace.ingest.publish;

import io.millrace.platform.log.Packet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The packets of a publisher that are held until its session begins and its tracks are known, and the limits of that
 * wait. Confined to one thread at a time.
 */
final class HeldPackets {
    /** Limit of the wait by the timestamps of the frames, in ms. */
    static final int MEDIA_LIMIT_MS = 1_000;
    /** Limit of the wait by the node's clock, in µs. */
    static final long WAIT_LIMIT_US = 2_000_000;
    static final int LIMIT_BYTES = 1 << 20;
    /** Memory of a packet without its body. */
    private static final int PACKET_BYTES = 128;
    private static final long NONE = Long.MIN_VALUE;

    private final Deque<Packet> packets = new ArrayDeque<>();
    private int sizeBytes;
    private long firstFrameMs = NONE;
    private long mediaMs;

    /** Returns the memory that the packet takes, in bytes. */
    int add(Packet packet) {
        packets.addLast(packet);
        int bytes = PACKET_BYTES + packet.body().remaining();
        sizeBytes += bytes;
        if (packet.kind() != Packet.Kind.DATA && !packet.isConfig()) {
            firstFrameMs = firstFrameMs == NONE ? packet.timestampMs() : firstFrameMs;
            mediaMs = Math.max(mediaMs, packet.timestampMs() - firstFrameMs);
        }
        return bytes;
    }

    /** Whether one of the limits is reached; false without packets. */
    boolean isLong(long nowUs) {
        return !packets.isEmpty() && (sizeBytes >= LIMIT_BYTES || mediaMs >= MEDIA_LIMIT_MS
                || nowUs - packets.getFirst().arrivalUs() >= WAIT_LIMIT_US);
    }

    boolean isEmpty() {
        return packets.isEmpty();
    }

    /** Returns the memory that the packets take, in bytes. */
    int sizeBytes() {
        return sizeBytes;
    }

    /** Removes all packets and returns them in order. */
    List<Packet> removeAll() {
        List<Packet> all = List.copyOf(packets);
        packets.clear();
        sizeBytes = 0;
        mediaMs = 0;
        firstFrameMs = NONE;
        return all;
    }
}
