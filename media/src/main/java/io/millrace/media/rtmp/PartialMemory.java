package io.millrace.media.rtmp;

import io.millrace.media.bytes.OverLimitException;

/** Counts the memory of a connection's incomplete messages. Confined to one thread. */
final class PartialMemory {
    private int bytes;

    /** @throws OverLimitException before the memory is taken */
    void take(int more) {
        if (bytes + more > RtmpLimits.PARTIAL_BYTES) {
            throw new OverLimitException(ChunkReader.CHUNK, "partialMessages", bytes + (long) more,
                    RtmpLimits.PARTIAL_BYTES);
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
