package io.millrace.edge;

import io.millrace.edge.fanout.FlvSink;
import io.millrace.edge.fanout.Framing;
import io.millrace.edge.meters.Protocol;
import io.millrace.media.flv.FlvReader;
import io.millrace.media.flv.FlvTag;
import io.millrace.media.flv.VideoTagBody;
import io.netty.buffer.ByteBuf;
import io.netty.channel.DefaultEventLoop;
import io.netty.util.concurrent.EventExecutor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A viewer of tags that keeps them. Thread-safe; has an event loop of its own. */
final class CollectingSink implements FlvSink, AutoCloseable {
    private static final int TAG_LIMIT_BYTES = 1 << 20;

    private final DefaultEventLoop loop = new DefaultEventLoop();
    private final FlvReader reader = new FlvReader(TAG_LIMIT_BYTES);
    private final List<FlvTag> tags = new ArrayList<>();
    private ByteBuffer rest = ByteBuffer.allocate(0);
    private Runnable more;
    private boolean ready;
    private volatile boolean ended;

    /** @param ready whether its socket accepts more than one write before {@link #accept} */
    CollectingSink(boolean ready) {
        this.ready = ready;
    }

    boolean isEnded() {
        return ended;
    }

    /** Makes its socket accept everything. */
    void accept() {
        loop.execute(() -> {
            ready = true;
            more.run();
        });
    }

    private synchronized List<FlvTag> tags() {
        return List.copyOf(tags);
    }

    List<ByteBuffer> frames() {
        return tags().stream().filter(CollectingSink::isFrame).map(FlvTag::body).toList();
    }

    private static boolean isFrame(FlvTag tag) {
        return tag.type() != FlvTag.Type.SCRIPT && tag.body().get(tag.body().position() + 1) == 1;
    }

    /** Returns the video configurations, in the order in which they arrived. */
    List<ByteBuffer> pictures() {
        return tags().stream().filter(tag -> tag.type() == FlvTag.Type.VIDEO)
                .map(tag -> VideoTagBody.parse(tag.body().duplicate()))
                .filter(VideoTagBody.Config.class::isInstance)
                .map(body -> ((VideoTagBody.Config) body).record()).toList();
    }

    @Override
    public EventExecutor loop() {
        return loop;
    }

    @Override
    public Protocol protocol() {
        return Protocol.FLV;
    }

    @Override
    public Framing framing() {
        return Framing.PLAIN;
    }

    @Override
    public void start(Runnable whenWritable) {
        more = whenWritable;
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public synchronized void send(List<ByteBuf> pieces) {
        for (ByteBuf piece : pieces) {
            ByteBuffer in = ByteBuffer.allocate(rest.remaining() + piece.readableBytes()).put(rest);
            piece.getBytes(piece.readerIndex(), in);
            in.flip();
            for (Optional<FlvTag> tag = reader.read(in); tag.isPresent(); tag = reader.read(in)) {
                FlvTag read = tag.get();
                ByteBuffer body = ByteBuffer.allocate(read.body().remaining()).put(read.body().duplicate()).flip();
                tags.add(new FlvTag(read.type(), read.timestampMs(), body));
            }
            rest = in;
        }
    }

    @Override
    public void skipped(long count) {
        throw new AssertionError("its socket accepts more than is skipped");
    }

    @Override
    public void tooSlow() {
        ended = true;
    }

    @Override
    public void busy() {
        ended = true;
    }

    @Override
    public void end() {
        ended = true;
    }

    @Override
    public void close() {
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
