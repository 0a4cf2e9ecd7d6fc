package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.timeline.TagEvent;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One tag, encoded once per edge and {@link Layout}, and shared by all viewers of its stream. A notice (the publisher
 * has returned or left) is a tag of type SCRIPT, which only some layouts encode.
 *
 * <p>Immutable. Each owner of a tag owns a reference to the slab of each encoding.
 *
 * @param timestampMs on the epoch's FLV time line
 * @param entry whether decoding may begin here: a keyframe, or any frame of a stream without video
 * @param soundEntry whether decoding may begin here with audio only: any audio frame
 * @param headers the sequence headers in force; the same object until they change
 */
public record SharedTag(FlvTag.Type type, int timestampMs, boolean entry, boolean soundEntry, Origin origin,
        List<FlvTag> headers, Map<Layout, EncodedTag> encodings) {
    /**
     * Where a tag comes from.
     *
     * @param offset of its record in {@code packets}
     * @param arrivalUs when its packet arrived at ingest, µs since 1970; 0 if it does not come from a packet
     * @param publishedNanos when this edge published it, on a monotonic clock
     */
    public record Origin(long offset, long arrivalUs, long publishedNanos) {}

    /**
     * Returns the tag of {@code event}. Takes ownership of the references that {@code encodings} have to their slabs.
     */
    static SharedTag of(TagEvent.Media event, Origin origin, List<FlvTag> headers, Map<Layout, EncodedTag> encodings) {
        FlvTag tag = event.tag();
        boolean sound = event instanceof TagEvent.Frame && tag.type() == FlvTag.Type.AUDIO;
        return new SharedTag(tag.type(), tag.timestampMs(), event.entry(), sound, origin, headers, encodings);
    }

    /** Returns a notice. Takes ownership of references as {@link #of} does. */
    static SharedTag notice(int timestampMs, Origin origin, List<FlvTag> headers, Map<Layout, EncodedTag> encodings) {
        return new SharedTag(FlvTag.Type.SCRIPT, timestampMs, false, false, origin, headers, encodings);
    }

    /** Returns the encoding for {@code layout}; null if its viewers do not receive the tag. */
    EncodedTag in(Layout layout) {
        return encodings.get(layout);
    }

    /** Returns a copy with one more encoding, to which the references of this tag and of the encoding pass. */
    SharedTag with(Layout layout, EncodedTag encoded) {
        Map<Layout, EncodedTag> more = new HashMap<>(encodings);
        more.put(layout, encoded);
        return new SharedTag(type, timestampMs, entry, soundEntry, origin, headers, Map.copyOf(more));
    }

    /** Returns a copy without one encoding, whose reference the caller must release. */
    SharedTag without(Layout layout) {
        Map<Layout, EncodedTag> less = new HashMap<>(encodings);
        less.remove(layout);
        return new SharedTag(type, timestampMs, entry, soundEntry, origin, headers, Map.copyOf(less));
    }

    /** Returns the FLV tag, whose body shares the memory of the base encoding; null for a notice. */
    FlvTag read() {
        EncodedTag base = in(Layout.BASE);
        if (base == null) {
            return null;
        }
        ByteBuffer tag = base.slab().nioBuffer(base.mediaFrom(), base.mediaBytes());
        return new FlvTag(type, timestampMs, tag.slice(FlvTag.HEADER_BYTES,
                tag.remaining() - FlvTag.HEADER_BYTES - FlvTag.TRAILER_BYTES));
    }

    /** Returns the slab of the base encoding, without retaining it. */
    public ByteBuf slab() {
        return in(Layout.BASE).slab();
    }

    /** Returns the memory that is counted for all encodings. */
    int costBytes() {
        int costBytes = 0;
        for (EncodedTag encoded : encodings.values()) {
            costBytes += encoded.costBytes();
        }
        return costBytes;
    }

    /** Releases the references that the owner of the tag holds. */
    void release() {
        encodings.values().forEach(encoded -> encoded.slab().release());
    }
}
