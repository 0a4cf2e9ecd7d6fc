package io.millrace.edge.feed;

import io.millrace.media.flv.FlvTag;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * One FLV tag, made once an edge and shared by all viewers of its stream.
 *
 * <p>Lies in a slab right behind the tag before it, with an HTTP chunk's head and end around it: {@code from, chunk head,
 * tagFrom, tag, tagTo, CRLF, to}. So any run of tags in one slab is one piece of memory, ready to be sent.
 *
 * <p>Immutable. Whoever keeps it holds a reference of the slab.
 *
 * @param slab the memory; direct
 * @param entry whether decoding may begin here: a keyframe, or any frame of a stream without video
 * @param soundEntry whether it may begin here for who takes the sound alone: any frame of it
 * @param leads whether viewers wait for it: a frame of the picture, or of the sound where there is no picture
 * @param timestampMs on the epoch's FLV time line
 * @param offset of its packet in {@code packets}
 * @param arrivalUs ingest stamp of its packet, µs since 1970
 * @param publishedNanos when it came to this edge, on a clock that only goes on
 * @param headers the sequence headers in force; the same object until they change
 */
record SharedTag(ByteBuf slab, int from, int tagFrom, int tagTo, int to, FlvTag.Type type, boolean entry,
        boolean soundEntry, boolean leads, int timestampMs, long offset, long arrivalUs, long publishedNanos,
        List<FlvTag> headers) {
    /** Of the tag itself. */
    int sizeBytes() {
        return tagTo - tagFrom;
    }

    /** Whether {@code next} lies right behind it. */
    boolean touches(SharedTag next) {
        return slab == next.slab && to == next.from;
    }
}
