package io.millrace.edge.feed;

import io.millrace.edge.live.FlvEvent;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Writes tags one behind the other into slabs of memory. Confined to one thread; what has been written is never touched
 * again, so others may read it meanwhile.
 */
final class TagSlabs implements AutoCloseable {
    /** Some tenths of a second of a stream: few pieces a second, little memory for a stream that is hardly watched. */
    static final int SLAB_BYTES = 256 * 1024;

    private ByteBuf slab;
    private int end;

    /** The tag of {@code event}; it holds a reference of its slab, which is the caller's. */
    SharedTag put(FlvEvent.Media event, long offset, long arrivalUs, long nowNanos, List<FlvTag> headers) {
        FlvTag tag = event.tag();
        int tagBytes = FlvWriter.sizeBytes(tag.body().remaining());
        byte[] head = Framing.chunkHead(tagBytes);
        int size = head.length + tagBytes + Framing.CRLF.length;
        if (slab == null || slab.capacity() - end < size) {
            next(Math.max(SLAB_BYTES, size));
        }
        ByteBuffer out = slab.nioBuffer(end, size).put(head);
        FlvWriter.putTag(out, tag);
        out.put(Framing.CRLF);
        int from = end;
        end += size;
        int tagFrom = from + head.length;
        return new SharedTag(slab.retain(), from, tagFrom, tagFrom + tagBytes, end, tag.type(), event.entry(),
                event instanceof FlvEvent.Frame && tag.type() == FlvTag.Type.AUDIO, event.leads(), tag.timestampMs(),
                offset, arrivalUs, nowNanos, headers);
    }

    private void next(int size) {
        close();
        // Pooled: its duplicates are recycled, and a viewer costs no garbage.
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
