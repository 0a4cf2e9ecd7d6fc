package io.millrace.edge.fanout;

import io.netty.buffer.ByteBuf;

/**
 * One tag in one {@link Layout}. Lies in a slab directly after the previous one, with the framing of the layout:
 * {@code from, head, mediaFrom, tag, mediaTo, tail, to}. A run of tags in one slab is thus one piece of memory, ready to
 * be sent.
 *
 * <p>Immutable. Its holder holds a reference to the slab.
 *
 * @param slab the memory; direct
 */
public record EncodedTag(ByteBuf slab, int from, int mediaFrom, int mediaTo, int to) {
    /** Memory of a tag in addition to its bytes, so that a flood of empty tags is bounded, too. */
    private static final int TAG_BYTES = 128;

    /** Returns the size of the tag without its framing. */
    int mediaBytes() {
        return mediaTo - mediaFrom;
    }

    /** Returns the memory that the tag counts for. */
    int costBytes() {
        return to - from + TAG_BYTES;
    }

    /** Returns whether {@code next} lies directly after this tag. */
    boolean touches(EncodedTag next) {
        return slab == next.slab && to == next.from;
    }
}
