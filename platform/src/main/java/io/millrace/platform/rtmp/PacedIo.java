package io.millrace.platform.rtmp;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs an event loop's input and output at a {@link ReadPace}. While the loop waits, its tasks wait as well: at most
 * {@link ReadPace#LONGEST_NANOS}, and only on a busy loop.
 *
 * <p>Confined to the loop except for {@link #wakeup}.
 */
final class PacedIo implements IoHandler {
    private final IoHandler io;
    private final ReadPace pace = new ReadPace(System.nanoTime());

    private PacedIo(IoHandler io) {
        this.io = io;
    }

    /** Returns a factory of handlers that pace those of {@code of}. */
    static IoHandlerFactory factory(IoHandlerFactory of) {
        return (ThreadAwareExecutor loop) -> new PacedIo(of.newHandler(loop));
    }

    @Override
    public void initialize() {
        io.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        long now = System.nanoTime();
        long waitNanos = pace.waitNanos(now);
        if (waitNanos > 0) {
            LockSupport.parkNanos(waitNanos);
            now = System.nanoTime();
        }
        pace.polled(now);
        int found = io.run(context);
        pace.found(found, System.nanoTime());
        return found;
    }

    @Override
    public void prepareToDestroy() {
        io.prepareToDestroy();
    }

    @Override
    public void destroy() {
        io.destroy();
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return io.register(handle);
    }

    @Override
    public void wakeup() {
        io.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> type) {
        return io.isCompatible(type);
    }
}
