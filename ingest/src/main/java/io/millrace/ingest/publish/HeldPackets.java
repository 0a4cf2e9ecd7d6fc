package io.millrace.ingest.publish;

import io.millrace.platform.log.Packet;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The packets of a publisher that are held until its session begins and its tracks are known, and the limits of this
 * wait. Confined to one thread at a time.
 */
final class HeldPackets {
    /** Limit of the wait, measured by the timestamps of the frames, in ms. */
    static final int MEDIA_LIMIT_MS = 1_000;
    /** Limit of the wait, measured by the node's wall clock, in µs. */
    static final long WAIT_LIMIT_US = 2_000_000;
    static final int LIMIT_BYTES = 1 << 20;
    /** Estimated memory of a packet without its body. */
    private static final int PACKET_BYTES = 128;
    private static final long NONE = Long.MIN_VALUE;

    private final Deque<Packet> packets = new ArrayDeque<>();
    private int sizeBytes;
    private long firstFrameMs = NONE;
    /** Timestamps of the held frames: the greatest minus the first. */
    private long mediaMs;

    /**
     * Adds a packet and returns the memory that it takes, in bytes. Limits are not enforced here; see
     * {@link #isLimitReached}.
     */
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

    /**
     * Returns whether the wait or the memory has reached its limit; false if no packet is held.
     *
     * @param nowUs the node's wall clock, in µs since 1970
     */
    boolean isLimitReached(long nowUs) {
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
