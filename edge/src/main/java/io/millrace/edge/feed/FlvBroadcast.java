package io.millrace.edge.feed;

import io.millrace.edge.live.FlvEvent;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.FlvWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/**
 * One stream's tags to all of its viewers: one copy of the bytes, one task a batch for each event loop that has viewers.
 * Keeps the latest group of pictures, so that the next viewer starts at once.
 *
 * <p>Confined to the packet feed's thread; viewers are called on their own loops, in the order of the log.
 */
final class FlvBroadcast {
    /** A longer group is not kept: who joins waits for the next keyframe. */
    static final int GOP_LIMIT_MS = 10_000;
    static final long GOP_LIMIT_BYTES = 32L * 1024 * 1024;

    private final Map<EventExecutor, LoopViewers> loops = new HashMap<>();
    private final List<SharedTag> gop = new ArrayList<>();
    private final List<SharedTag> batch = new ArrayList<>();
    private long gopBytes;

    /** Who watches on one loop; {@code sinks} belongs to that loop, {@code count} to the feed. */
    private static final class LoopViewers {
        private final List<FlvSink> sinks = new ArrayList<>();
        private int count;
    }

    /** The next tag; its bytes are copied. */
    void publish(FlvTag tag, SharedTag.Kind kind) {
        int sizeBytes = FlvWriter.sizeBytes(tag.body().remaining());
        ByteBuf bytes = ByteBufAllocator.DEFAULT.directBuffer(sizeBytes, sizeBytes);
        FlvWriter.putTag(bytes.internalNioBuffer(0, sizeBytes), tag);
        bytes.writerIndex(sizeBytes);
        var shared = new SharedTag(bytes, kind, tag.timestampMs());
        keep(shared);
        batch.add(shared);
    }

    private void keep(SharedTag tag) {
        if (tag.kind() == SharedTag.Kind.ENTRY) {
            clearGop();
        } else if (gop.isEmpty()) {
            return;
        }
        gop.add(tag.retain());
        gopBytes += tag.bytes().readableBytes();
        if (gopBytes > GOP_LIMIT_BYTES || tag.timestampMs() - gop.getFirst().timestampMs() > GOP_LIMIT_MS) {
            clearGop();
        }
    }

    private void clearGop() {
        gop.forEach(SharedTag::release);
        gop.clear();
        gopBytes = 0;
    }

    /** Whether a viewer that joins now has something to start with. */
    boolean hasGop() {
        return !gop.isEmpty();
    }

    /** When the first frame that a new viewer gets is due. */
    int gopStartMs() {
        return gop.getFirst().timestampMs();
    }

    /** Hands what was published to the loops. */
    void flush() {
        if (batch.isEmpty()) {
            return;
        }
        List<SharedTag> tags = List.copyOf(batch);
        loops.forEach((loop, viewers) -> {
            tags.forEach(SharedTag::retain);
            run(loop, tags, () -> viewers.sinks.forEach(sink -> sink.deliver(tags)));
        });
        batch.forEach(SharedTag::release);
        batch.clear();
    }

    /** Starts {@code sink} with {@code opening} and the latest group of pictures. */
    void join(FlvSink sink, byte[] opening) {
        flush();
        LoopViewers viewers = loops.computeIfAbsent(sink.loop(), _ -> new LoopViewers());
        viewers.count++;
        List<SharedTag> tags = List.copyOf(gop);
        tags.forEach(SharedTag::retain);
        run(sink.loop(), tags, () -> {
            sink.start(Unpooled.wrappedBuffer(opening));
            sink.deliver(tags);
            viewers.sinks.add(sink);
        });
    }

    void leave(FlvSink sink) {
        LoopViewers viewers = loops.get(sink.loop());
        viewers.count--;
        run(sink.loop(), List.of(), () -> viewers.sinks.remove(sink));
        if (viewers.count == 0) {
            loops.remove(sink.loop());
        }
    }

    /** Lets all viewers go; nothing follows. */
    void end() {
        flush();
        clearGop();
        loops.forEach((loop, viewers) -> run(loop, List.of(), () -> {
            viewers.sinks.forEach(FlvSink::end);
            viewers.sinks.clear();
        }));
        loops.clear();
    }

    private static void run(EventExecutor loop, List<SharedTag> tags, Runnable task) {
        try {
            loop.execute(() -> {
                try {
                    task.run();
                } finally {
                    tags.forEach(SharedTag::release);
                }
            });
        } catch (RejectedExecutionException _) {
            // The server is closing.
            tags.forEach(SharedTag::release);
        }
    }

    /** For {@link FlvEvent}s: what a viewer that skips may begin with. */
    static SharedTag.Kind kindOf(FlvEvent.Frame frame) {
        return frame.entry() ? SharedTag.Kind.ENTRY : SharedTag.Kind.FRAME;
    }
}
