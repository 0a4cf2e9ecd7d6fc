package io.millrace.media.rtmp;

import io.millrace.media.bytes.MemoryShare;
import io.millrace.media.bytes.OverLimitException;

/**
 * Counts the memory of a connection's incomplete messages, and of media held until its publish is accepted, against the
 * connection's own limit and its {@link MemoryShare} of the process's memory. Confined to one thread.
 */
final class PartialMemory {
    /** How an audio, video or data message is treated, decided at its header. */
    enum MediaUse {
        /** The peer never requested a publish: the message ends the connection. */
        REFUSED,
        /** The publish has ended: the body is skipped without being copied. */
        SKIPPED,
        /** The message is published, or will be if the pending publish is accepted. */
        KEPT
    }

    private final int limitBytes;
    private final MemoryShare share;
    /** Memory that the connection holds now. */
    private int bytes;
    private MediaUse mediaUse = MediaUse.REFUSED;

    PartialMemory(int limitBytes, MemoryShare share) {
        this.limitBytes = limitBytes;
        this.share = share;
    }

    /** Memory of an accepted connection that shares no memory with others. */
    static PartialMemory alone(int limitBytes) {
        PartialMemory memory = new PartialMemory(limitBytes, MemoryShare.ALONE);
        memory.useMedia(MediaUse.KEPT);
        memory.admit(true);
        return memory;
    }

    /**
     * Takes memory.
     *
     * @throws OverLimitException if a limit is exceeded; nothing is taken then
     */
    void take(int more) {
        checkOwnLimit(more);
        share.take(more);
        bytes += more;
    }

    /**
     * Takes memory. Returns false, and takes nothing, if the process has none left.
     *
     * @throws OverLimitException if the connection's own limit is exceeded
     */
    boolean tryTake(int more) {
        checkOwnLimit(more);
        boolean taken = share.tryTake(more);
        bytes += taken ? more : 0;
        return taken;
    }

    private void checkOwnLimit(int more) {
        if (bytes + more > limitBytes) {
            throw new OverLimitException(ChunkReader.CHUNK, "partialMessages", bytes + (long) more, limitBytes);
        }
    }

    void giveBack(int less) {
        bytes -= less;
        share.giveBack(less);
    }

    void useMedia(MediaUse use) {
        mediaUse = use;
    }

    MediaUse mediaUse() {
        return mediaUse;
    }

    /**
     * Marks the peer as publishing or playing. Such peers are disconnected for lack of memory only after all others.
     */
    void admit(boolean accepted) {
        share.admit(accepted);
    }

    /** Reserves memory for a publisher, before its publish is accepted; returns false if none is left. */
    boolean reserve() {
        return share.reserve();
    }

    void endReserve() {
        share.endReserve();
    }

    boolean hasReserve() {
        return share.hasReserve();
    }

    OverLimitException usedUp(int more) {
        return share.usedUp(more);
    }

    boolean exceedsReserve() {
        return share.exceedsReserve();
    }

    void yielded() {
        share.yielded();
    }

    /** Returns the memory that a message may allocate before its bytes arrive. */
    int eagerBytes() {
        return share.isAdmitted() ? RtmpLimits.EAGER_BYTES : RtmpLimits.PENDING_EAGER_BYTES;
    }

    int bytes() {
        return bytes;
    }

    /** Releases everything that the connection holds. */
    void close() {
        bytes = 0;
        share.close();
    }
}
