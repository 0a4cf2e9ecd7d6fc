package io.millrace.edge.feed;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of tags as few pieces of memory, framed for one kind of connection. Holds references until it is closed; its
 * pieces may be shared by threads as long as nobody moves their indices.
 *
 * @param pieces in order
 * @param mediaBytes of the tags, without what frames them
 * @param next index of the tag behind them
 */
record Stretch(List<ByteBuf> pieces, int mediaBytes, long next) implements AutoCloseable {
    /** Gathers tags; confined to one thread. */
    static final class Builder {
        private final Framing framing;
        private final List<ByteBuf> pieces = new ArrayList<>(2);
        private SharedTag first;
        private SharedTag last;
        private int mediaBytes;

        Builder(Framing framing) {
            this.framing = framing;
        }

        void add(SharedTag tag) {
            mediaBytes += tag.sizeBytes();
            switch (framing) {
                case PLAIN -> pieces.add(tag.slab().retainedSlice(tag.tagFrom(), tag.sizeBytes()));
                case CHUNKED -> {
                    if (last != null && !last.touches(tag)) {
                        cut();
                    }
                    if (first == null) {
                        first = tag;
                    }
                    last = tag;
                }
            }
        }

        private void cut() {
            if (first != null) {
                pieces.add(first.slab().retainedSlice(first.from(), last.to() - first.from()));
                first = null;
                last = null;
            }
        }

        int mediaBytes() {
            return mediaBytes;
        }

        Stretch build(long next) {
            cut();
            return new Stretch(pieces, mediaBytes, next);
        }
    }

    /** Writes all of it; does not flush. */
    void writeTo(FlvSink sink) {
        for (int i = 0; i < pieces.size(); i++) {
            sink.write(pieces.get(i).retainedDuplicate());
        }
    }

    @Override
    public void close() {
        pieces.forEach(ByteBuf::release);
    }
}
