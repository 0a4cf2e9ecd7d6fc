package io.millrace.platform.rtmp;

import io.millrace.platform.net.SocketOutlet;
import io.millrace.platform.net.WriteProgress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.EventExecutor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/** The Netty side of one connection: what {@link RtmpConnection} writes and switches. Confined to the event loop. */
final class RtmpSocket {
    /** A player's socket is writable again below the first mark, and not writable above the second. */
    private static final WriteBufferWaterMark PLAYER_WATER_MARK = new WriteBufferWaterMark(64 * 1024, 256 * 1024);

    private final ChannelHandlerContext context;
    private final WriteProgress progress;
    /** Null until {@link #becomePlayer}. */
    private SocketOutlet outlet;

    RtmpSocket(ChannelHandlerContext context) {
        this.context = context;
        this.progress = new WriteProgress(context.channel());
    }

    EventExecutor loop() {
        return context.executor();
    }

    /** Runs {@code task} on the event loop; immediately if this is the event loop. Callable on any thread. */
    void execute(Runnable task) {
        if (context.executor().inEventLoop()) {
            task.run();
            return;
        }
        try {
            context.executor().execute(task);
        } catch (RejectedExecutionException _) {
            task.run(); // The event loop has terminated, so no other thread runs tasks of this connection.
        }
    }

    /** Runs {@code task} on the event loop after the current task. Callable on any thread. */
    void executeLater(Runnable task) {
        context.executor().execute(task);
    }

    boolean isActive() {
        return context.channel().isActive();
    }

    boolean isWritable() {
        return context.channel().isWritable();
    }

    /** Returns false if the socket is not writable and the peer has read nothing since the last call. */
    boolean hasProgressed() {
        boolean progressed = progress.hasProgressed();
        return progressed || isWritable();
    }

    void setReading(boolean reading) {
        context.channel().config().setAutoRead(reading);
    }

    /** Writes output of the session, without flushing. */
    void write(ByteBuffer output) {
        if (output.hasRemaining()) {
            context.write(Unpooled.wrappedBuffer(output));
        }
    }

    void flush() {
        context.flush();
    }

    /** Prepares the socket for {@link #play}. */
    void becomePlayer() {
        context.channel().config().setWriteBufferWaterMark(PLAYER_WATER_MARK);
        outlet = SocketOutlet.of(context);
    }

    /** Sends played messages between two outputs of the session; {@code messages} is borrowed. */
    void play(List<ByteBuf> messages) {
        outlet.send(messages);
    }

    void close() {
        context.close();
    }
}
