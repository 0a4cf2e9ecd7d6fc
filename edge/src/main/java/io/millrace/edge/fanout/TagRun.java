package io.millrace.edge.fanout;

import io.millrace.edge.view.Selection;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of tags in a few buffers ("pieces"), framed for one kind of connection.
 *
 * <p>Immutable. The run owns one reference to each piece until it is closed. A receiver of the pieces must retain those
 * that it keeps after the call, as {@link io.millrace.platform.net.SocketOutlet} does; so the run may be closed before
 * a socket has taken everything. Several threads may send the same pieces, provided that none moves a piece's indices.
 *
 * @param pieces in order; empty if no tag was selected
 * @param mediaBytes size of the tags without framing
 * @param next index in the ring of the tag after the run
 */
public record TagRun(List<ByteBuf> pieces, int mediaBytes, long next) implements AutoCloseable {
    /** A run that continues in the next slab has two pieces. */
    private static final int MAX_SHARED_PIECES = 2;

    /** Gathers tags in order, then builds the run. Confined to one thread. */
    public static final class Builder {
        private static final byte[] NOTHING = {};

        private final Framing framing;
        private final Selection selection;
        private final List<ByteBuf> pieces = new ArrayList<>(2);
        private EncodedTag first;
        private EncodedTag last;
        private int mediaBytes;

        /**
         * @param framing of the connections that receive the run
         * @param selection of the tags that they receive
         */
        public Builder(Framing framing, Selection selection) {
            this.framing = framing;
            this.selection = selection;
        }

        /** Adds the next tag, unless it is not selected or not encoded in the framing's layout. */
        public void add(SharedTag tag) {
            EncodedTag encoded = selection.has(tag.type()) ? tag.in(framing.layout()) : null;
            if (encoded == null) {
                return;
            }
            mediaBytes += encoded.mediaBytes();
            if (framing.usesLayoutFraming()) {
                extend(encoded);
            } else {
                pieces.add(encoded.slab().retainedSlice(encoded.mediaFrom(), encoded.mediaBytes()));
            }
        }

        private void extend(EncodedTag encoded) {
            if (last != null && !last.isFollowedBy(encoded)) {
                endPiece();
            }
            if (first == null) {
                first = encoded;
            }
            last = encoded;
        }

        private void endPiece() {
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

        /** Returns the size of the tags added so far, without framing. */
        public int mediaBytes() {
            return mediaBytes;
        }

        /**
         * Returns the run, which the caller must close. Called once.
         *
         * @param next see {@link TagRun#next}
         */
        public TagRun build(long next) {
            endPiece();
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
     * Returns a run of the same tags with at most {@link #MAX_SHARED_PIECES} pieces, for many viewers: a single copy
     * costs less than several pieces for each of them. The caller must use and close only the returned run; this one is
     * either returned or closed.
     */
    TagRun joined() {
        if (pieces.size() <= MAX_SHARED_PIECES) {
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
