package io.millrace.edge.fanout;

import io.millrace.media.flv.FlvTag;
import io.millrace.platform.timeline.TagEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.Map;

/**
 * Writes the tags of one layout one after the other into slabs of memory. Confined to one thread; written memory never
 * changes, so that other threads may read it.
 */
public final class TagSlabs implements AutoCloseable {
    /** Some tenths of a second of a stream: few pieces per second, and little memory for a stream with few viewers. */
    static final int SLAB_BYTES = 256 * 1024;

    private final Layout layout;
    private ByteBuf slab;
    private int end;

    public TagSlabs(Layout layout) {
        this.layout = layout;
    }

    /** Writes the tag of {@code event}. The returned tag holds a reference to its slab, which belongs to the caller. */
    public SharedTag put(TagEvent.Media event, long offset, long arrivalUs, long nowNanos, List<FlvTag> headers) {
        return SharedTag.of(event, new SharedTag.Origin(offset, arrivalUs, nowNanos), headers,
                Map.of(layout, encode(event.tag())));
    }

    /** Writes a tag. The result holds a reference to its slab, which belongs to the caller. */
    EncodedTag encode(FlvTag tag) {
        Layout.Writing writing = layout.write(tag);
        int from = reserve(writing.totalBytes());
        writing.to().accept(slab.nioBuffer(from, writing.totalBytes()));
        int mediaFrom = from + writing.headBytes();
        return new EncodedTag(slab.retain(), from, mediaFrom, mediaFrom + writing.mediaBytes(), end);
    }

    /** Writes bytes that are encoded already, as {@link #encode}. */
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
        // Pooled, so that duplicates are recycled and viewers create no garbage.
        slab = PooledByteBufAllocator.DEFAULT.directBuffer(size, size);
        end = 0;
    }

    @Override
    public void close() {
        if (slab != null) {
            slab.release();
            slab = null;
        }
    }
}
