package io.millrace.edge.feed;

import io.millrace.edge.live.FlvEvent;
import io.millrace.edge.live.RtmpOpening;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import io.millrace.media.rtmp.PlayChunks;
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

    private final Layout layout;
    private ByteBuf slab;
    private int end;

    TagSlabs(Layout layout) {
        this.layout = layout;
    }

    /** The tag of {@code event}; it holds a reference of its slab, which is the caller's. */
    SharedTag put(FlvEvent.Media event, long offset, long arrivalUs, long nowNanos, List<FlvTag> headers) {
        return switch (layout) {
            case TAGS -> putTag(event, offset, arrivalUs, nowNanos, headers);
            case MESSAGES -> putMessage(event, offset, arrivalUs, nowNanos, headers);
        };
    }

    private SharedTag putTag(FlvEvent.Media event, long offset, long arrivalUs, long nowNanos, List<FlvTag> headers) {
        FlvTag tag = event.tag();
        int tagBytes = FlvWriter.sizeBytes(tag.body().remaining());
        byte[] head = Framing.chunkHead(tagBytes);
        int size = head.length + tagBytes + Framing.CRLF.length;
        int from = reserve(size);
        ByteBuffer out = slab.nioBuffer(from, size).put(head);
        FlvWriter.putTag(out, tag);
        out.put(Framing.CRLF);
        int tagFrom = from + head.length;
        return new SharedTag(slab.retain(), from, tagFrom, tagFrom + tagBytes, end, tag.type(), event.entry(),
                isSound(event), event.leads(), tag.timestampMs(), offset, arrivalUs, nowNanos, headers);
    }

    private SharedTag putMessage(FlvEvent.Media event, long offset, long arrivalUs, long nowNanos,
            List<FlvTag> headers) {
        FlvTag tag = event.tag();
        ByteBuffer body = RtmpOpening.body(tag);
        int size = PlayChunks.sizeBytes(tag.timestampMs(), body.remaining());
        int from = reserve(size);
        PlayChunks.put(slab.nioBuffer(from, size), RtmpOpening.kind(tag.type()), tag.timestampMs(), body);
        return new SharedTag(slab.retain(), from, from, end, end, tag.type(), event.entry(), isSound(event),
                event.leads(), tag.timestampMs(), offset, arrivalUs, nowNanos, headers);
    }

    private static boolean isSound(FlvEvent.Media event) {
        return event instanceof FlvEvent.Frame && event.tag().type() == FlvTag.Type.AUDIO;
    }

    /** A message of RTMP that is no tag: it lies among them, so that each viewer gets it at its place. */
    SharedTag notice(byte[] message, int timestampMs, long offset, long nowNanos, List<FlvTag> headers) {
        int from = reserve(message.length);
        slab.nioBuffer(from, message.length).put(message);
        return new SharedTag(slab.retain(), from, from, end, end, FlvTag.Type.SCRIPT, false, false, true, timestampMs,
                offset, 0, nowNanos, headers);
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
