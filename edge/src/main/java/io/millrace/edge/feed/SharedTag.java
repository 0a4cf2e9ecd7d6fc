package io.millrace.edge.feed;

import io.millrace.edge.live.FlvEvent;
import io.millrace.media.flv.FlvTag;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One FLV tag, made once an edge and shared by all viewers of its stream.
 *
 * <p>Lies in a slab right behind the tag before it, with an HTTP chunk's head and end around it: {@code from, chunk head,
 * tagFrom, tag, tagTo, CRLF, to}. So any run of tags in one slab is one piece of memory, ready to be sent. For players of RTMP it
 * is a message, with nothing around it.
 *
 * <p>Immutable. Whoever keeps it holds a reference of the slab.
 *
 * @param slab the memory; direct
 * @param entry whether decoding may begin here: a keyframe, or any frame of a stream without video
 * @param soundEntry whether it may begin here for who takes the sound alone: any frame of it
 * @param leads whether viewers wait for it: a frame of the picture, or of the sound where there is no picture
 * @param timestampMs on the epoch's FLV time line
 * @param offset of its packet in {@code packets}
 * @param arrivalUs ingest stamp of its packet, µs since 1970; 0 for what is no packet
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

    /** Shares its memory. Not of one that is a message. */
    private FlvTag read() {
        ByteBuffer tag = slab.nioBuffer(tagFrom, sizeBytes());
        return new FlvTag(type, timestampMs, tag.slice(FlvTag.HEADER_BYTES,
                tag.remaining() - FlvTag.HEADER_BYTES - FlvTag.TRAILER_BYTES));
    }

    /** What was put into its slab. */
    FlvEvent.Media event() {
        boolean frame = type == FlvTag.Type.AUDIO ? soundEntry : leads;
        return frame ? new FlvEvent.Frame(read(), entry, leads) : new FlvEvent.Config(read());
    }

    /** Whether {@code next} lies right behind it. */
    boolean touches(SharedTag next) {
        return slab == next.slab && to == next.from;
    }
}
