package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.timeline.TagEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.Map;

/**
 * Encodes tags in one layout, one after the other into slabs of memory. Confined to one thread; memory that has been
 * written never changes, so that other threads may read it.
 */
public final class TagSlabs implements AutoCloseable {
    /** A few tenths of a second of a typical stream: few pieces per second, yet little memory per stream. */
    static final int SLAB_BYTES = 256 * 1024;

    private final Layout layout;
    /** The slab that is being filled; null before the first tag. */
    private ByteBuf slab;
    /** Number of bytes of the slab that are in use. */
    private int end;

    public TagSlabs(Layout layout) {
        this.layout = layout;
    }

    /**
     * Encodes the tag of {@code event}. The returned tag holds a reference to its slab, which the caller owns.
     *
     * @param offset of its record in {@code packets}
     * @param arrivalUs when its packet arrived at ingest, µs since 1970; 0 if it does not come from a packet
     * @param nowNanos the current time, on a monotonic clock
     * @param headers the sequence headers in force
     */
    public SharedTag put(TagEvent.Media event, long offset, long arrivalUs, long nowNanos, List<FlvTag> headers) {
        return SharedTag.of(event, new SharedTag.Origin(offset, arrivalUs, nowNanos), headers,
                Map.of(layout, encode(event.tag())));
    }

    /** Encodes a tag. The result holds a reference to its slab, which the caller owns. */
    EncodedTag encode(FlvTag tag) {
        Layout.TagWriter writer = layout.writer(tag);
        int from = reserve(writer.totalBytes());
        writer.to().accept(slab.nioBuffer(from, writer.totalBytes()));
        int mediaFrom = from + writer.headBytes();
        return new EncodedTag(slab.retain(), from, mediaFrom, mediaFrom + writer.mediaBytes(), end);
    }

    /** Copies bytes that are encoded and framed already. The result is as that of {@link #encode}. */
    EncodedTag copy(byte[] encoded) {
        int from = reserve(encoded.length);
        slab.nioBuffer(from, encoded.length).put(encoded);
        return new EncodedTag(slab.retain(), from, from, end, end);
    }

    private int reserve(int size) {
        if (slab == null || slab.capacity() - end < size) {
            next(Math.max(SLAB_BYTES, size));
        }
        int from = end;
        end += size;
        return from;
    }

    private void next(int size) {
        close();
        // From the pool, whose buffers recycle their duplicates, so that sending to viewers creates no garbage.
        slab = PooledByteBufAllocator.DEFAULT.directBuffer(size, size);
        end = 0;
    }

    /** Releases the current slab; tags that were returned keep their references. */
    @Override
    public void close() {
        if (slab != null) {
            slab.release();
            slab = null;
        }
    }
}
