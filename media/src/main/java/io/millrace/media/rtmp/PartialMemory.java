package io.millrace.media.rtmp;

import io.millrace.media.bytes.MemoryShare;
import io.millrace.media.bytes.OverLimitException;

/**
 * Counts the memory of a connection's incomplete messages, and of media that waits for the answer to its publish, against the
 * connection's own limit and the {@link MemoryShare} of the process's. Confined to one thread.
 */
final class PartialMemory {
    private final int limitBytes;
    private final MemoryShare share;
    private int bytes;
    private boolean takesMedia;

    PartialMemory(int limitBytes, MemoryShare share) {
        this.limitBytes = limitBytes;
        this.share = share;
    }

    /** Of an accepted connection that shares memory with nobody. */
    static PartialMemory alone(int limitBytes) {
        PartialMemory memory = new PartialMemory(limitBytes, MemoryShare.ALONE);
        memory.takesMedia(true);
        memory.admit(true);
        return memory;
    }

    /** @throws OverLimitException before the memory is taken */
    void take(int more) {
        if (bytes + more > limitBytes) {
            throw new OverLimitException(ChunkReader.CHUNK, "partialMessages", bytes + (long) more, limitBytes);
        }
        share.take(more);
        bytes += more;
    }

    void giveBack(int less) {
        bytes -= less;
        share.giveBack(less);
    }

    /** Whether media is kept: false until a publish is asked for, and then its bodies are passed over without a copy. */
    void takesMedia(boolean wanted) {
        takesMedia = wanted;
    }

    boolean takesMedia() {
        return takesMedia;
    }

    /** The peer publishes or plays, and is shed after all that do not. */
    void admit(boolean accepted) {
        share.admit(accepted);
    }

    /** Before the peer publishes; returns false if too many do. */
    boolean reserve() {
        return share.reserve();
    }

    void endReserve() {
        share.endReserve();
    }

    /** What the first bytes of a message may claim. */
    int eagerBytes() {
        return share.isAdmitted() ? RtmpLimits.EAGER_BYTES : RtmpLimits.STRANGER_EAGER_BYTES;
    }

    int bytes() {
        return bytes;
    }

    /** The connection is gone, with all that it holds. */
    void close() {
        bytes = 0;
        share.close();
    }
}
