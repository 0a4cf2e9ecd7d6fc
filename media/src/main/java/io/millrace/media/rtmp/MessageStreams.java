package io.millrace.media.rtmp;

import io.millrace.media.bytes.OverLimitException;
import java.util.BitSet;

/** The numbers that createStream gave out: 1 and up, since GStreamer rejects 0. Confined to one thread. */
final class MessageStreams {
    private final BitSet open = new BitSet();
    private final int most;

    MessageStreams(int most) {
        this.most = most;
    }

    int create() {
        if (open.cardinality() == most) {
            throw new OverLimitException("createStream", "streams", most + 1L, most);
        }
        int id = open.nextClearBit(1);
        open.set(id);
        return id;
    }

    boolean isOpen(int id) {
        return id > 0 && open.get(id);
    }

    void delete(int id) {
        if (isOpen(id)) {
            open.clear(id);
        }
    }

    void deleteAll() {
        open.clear();
    }
}
