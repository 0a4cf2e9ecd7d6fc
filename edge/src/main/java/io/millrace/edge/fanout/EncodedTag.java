package io.millrace.edge.fanout;

import io.netty.buffer.ByteBuf;

/**
 * One tag in one {@link Layout}, in a slab of memory: the framing before the tag (head), the tag, and the framing after
 * it (tail). Successive tags of a ring lie directly after each other, so a run of tags in one slab is one piece of
 * memory, ready to be sent.
 *
 * <p>Immutable. Every holder of this record owns a reference to the slab.
 *
 * @param slab direct memory
 * @param from index in the slab where the head begins
 * @param mediaFrom index where the head ends and the tag begins
 * @param mediaTo index where the tag ends and the tail begins
 * @param to index where the tail ends
 */
public record EncodedTag(ByteBuf slab, int from, int mediaFrom, int mediaTo, int to) {
    /** Memory of a tag in addition to its bytes; also bounds the number of empty tags. */
    private static final int TAG_BYTES = 128;

    /** Returns the size of the tag without its framing. */
    int mediaBytes() {
        return mediaTo - mediaFrom;
    }

    /** Returns the memory that is counted for the tag. */
    int costBytes() {
        return to - from + TAG_BYTES;
    }

    /** Returns whether {@code next} lies directly after this tag in the same slab. */
    boolean isFollowedBy(EncodedTag next) {
        return slab == next.slab && to == next.from;
    }
}
