package io.millrace.media.rtmp;

import io.millrace.media.bytes.OverLimitException;

/** Counts the memory of a connection's incomplete messages. Confined to one thread. */
final class PartialMemory {
    private final int limitBytes;
    private int bytes;

    PartialMemory(int limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** @throws OverLimitException before the memory is taken */
    void take(int more) {
        if (bytes + more > limitBytes) {
            throw new OverLimitException(ChunkReader.CHUNK, "partialMessages", bytes + (long) more, limitBytes);
        }
        bytes += more;
    }

    void giveBack(int less) {
        bytes -= less;
    }

    int bytes() {
        return bytes;
    }
}
