package io.millrace.edge.feed;

import io.millrace.edge.live.Selection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
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
    /** Tags that are neighbours, and those behind the end of a slab. */
    private static final int FEW_PIECES = 2;

    /** Gathers tags; confined to one thread. */
    static final class Builder {
        private final Framing framing;
        private final Selection selection;
        private final List<ByteBuf> pieces = new ArrayList<>(2);
        private SharedTag first;
        private SharedTag last;
        private int mediaBytes;

        Builder(Framing framing, Selection selection) {
            this.framing = framing;
            this.selection = selection;
        }

        /** The next tag; one that is not selected is passed over. */
        void add(SharedTag tag) {
            if (!selection.has(tag.type())) {
                return;
            }
            mediaBytes += tag.sizeBytes();
            switch (framing) {
                case PLAIN, WEBSOCKET -> pieces.add(tag.slab().retainedSlice(tag.tagFrom(), tag.sizeBytes()));
                case CHUNKED, RTMP -> {
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

        /** What lies on the heap is copied once a viewer. */
        private static ByteBuf direct(byte[] bytes) {
            return PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length, bytes.length).writeBytes(bytes);
        }

        int mediaBytes() {
            return mediaBytes;
        }

        Stretch build(long next) {
            cut();
            if (framing == Framing.WEBSOCKET && mediaBytes > 0) {
                pieces.addFirst(direct(Framing.frameHead(mediaBytes)));
            }
            return new Stretch(pieces, mediaBytes, next);
        }
    }

    /** Whether nothing of it was selected. */
    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /**
     * The same in so few pieces that many viewers may share it: each piece costs each of them as much as some kilobytes that
     * are copied once. Takes the place of this one, which is closed if need be.
     */
    Stretch joined() {
        if (pieces.size() <= FEW_PIECES) {
            return this;
        }
        int sizeBytes = pieces.stream().mapToInt(ByteBuf::readableBytes).sum();
        ByteBuf all = PooledByteBufAllocator.DEFAULT.directBuffer(sizeBytes, sizeBytes);
        pieces.forEach(piece -> all.writeBytes(piece, piece.readerIndex(), piece.readableBytes()));
        close();
        return new Stretch(List.of(all), mediaBytes, next);
    }

    @Override
    public void close() {
        pieces.forEach(ByteBuf::release);
    }
}
