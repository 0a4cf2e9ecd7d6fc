package io.millrace.edge.fanout;

import io.millrace.edge.view.Selection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of tags in few pieces of memory, framed for one kind of connection. Holds references until it is closed;
 * threads may share its pieces as long as none moves their indices.
 *
 * @param pieces in order
 * @param mediaBytes size of the tags without framing
 * @param next index of the tag after them
 */
public record TagRun(List<ByteBuf> pieces, int mediaBytes, long next) implements AutoCloseable {
    /** Adjacent tags, and those after the end of a slab. */
    private static final int FEW_PIECES = 2;

    /** Gathers tags; confined to one thread. */
    public static final class Builder {
        private static final byte[] NOTHING = {};

        private final Framing framing;
        private final Selection selection;
        private final List<ByteBuf> pieces = new ArrayList<>(2);
        private EncodedTag first;
        private EncodedTag last;
        private int mediaBytes;

        public Builder(Framing framing, Selection selection) {
            this.framing = framing;
            this.selection = selection;
        }

        /** Adds the next tag; one that is not selected, or not in the layout of these viewers, is skipped. */
        public void add(SharedTag tag) {
            EncodedTag encoded = selection.has(tag.type()) ? tag.in(framing.layout()) : null;
            if (encoded == null) {
                return;
            }
            mediaBytes += encoded.mediaBytes();
            if (framing.isLaidOut()) {
                extend(encoded);
            } else {
                pieces.add(encoded.slab().retainedSlice(encoded.mediaFrom(), encoded.mediaBytes()));
            }
        }

        private void extend(EncodedTag next) {
            if (last != null && !last.touches(next)) {
                cut();
            }
            if (first == null) {
                first = next;
            }
            last = next;
        }

        private void cut() {
            if (first != null) {
                pieces.add(first.slab().retainedSlice(first.from(), last.to() - first.from()));
                first = null;
                last = null;
            }
        }

        /** Copies to direct memory, since heap memory would be copied once per viewer. */
        private static ByteBuf direct(byte[] bytes) {
            return PooledByteBufAllocator.DEFAULT.directBuffer(bytes.length, bytes.length).writeBytes(bytes);
        }

        public int mediaBytes() {
            return mediaBytes;
        }

        public TagRun build(long next) {
            cut();
            byte[] head = mediaBytes > 0 ? framing.head(mediaBytes) : NOTHING;
            if (head.length > 0) {
                pieces.addFirst(direct(head));
            }
            return new TagRun(pieces, mediaBytes, next);
        }
    }

    /** Returns whether no tag was selected. */
    boolean isEmpty() {
        return pieces.isEmpty();
    }

    /**
     * Returns the same tags in few enough pieces to be shared by many viewers: each piece costs every viewer as much as
     * copying some kilobytes once. Replaces this run, which is closed if necessary.
     */
    TagRun joined() {
        if (pieces.size() <= FEW_PIECES) {
            return this;
        }
        int sizeBytes = pieces.stream().mapToInt(ByteBuf::readableBytes).sum();
        ByteBuf all = PooledByteBufAllocator.DEFAULT.directBuffer(sizeBytes, sizeBytes);
        pieces.forEach(piece -> all.writeBytes(piece, piece.readerIndex(), piece.readableBytes()));
        close();
        return new TagRun(List.of(all), mediaBytes, next);
    }

    @Override
    public void close() {
        pieces.forEach(ByteBuf::release);
    }
}
