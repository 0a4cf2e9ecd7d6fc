package io.millrace.edge.exchange;

import io.millrace.platform.directory.Waiters;
import java.util.function.Consumer;

/**
 * A request that waits, for a limited time, for a value that does not exist yet: a view of an epoch, or the stream's
 * entry in the directory. Confined to the event loop of its connection.
 */
public final class HeldRequest<T> implements ResponseOwner {
    /** Where the value comes from. */
    @FunctionalInterface
    public interface Source<T> {
        /**
         * Calls {@code found} once the value exists, on any thread and possibly before returning. Called at most once,
         * and not at all if the returned wait is cancelled in time.
         */
        Waiters.Waiting await(Consumer<T> found);
    }

    private final Responder responder;
    private final Consumer<T> then;
    private final Runnable onTimeout;
    private Waiters.Waiting waiting = () -> {};
    private boolean over;

    private HeldRequest(Responder responder, Consumer<T> then, Runnable onTimeout) {
        this.responder = responder;
        this.then = then;
        this.onTimeout = onTimeout;
    }

    /**
     * Waits for the value without a thread. Call on the event loop.
     *
     * @param limitMs see {@link Responder#hold}
     * @param then receives the value and answers the request, on the event loop
     * @param onTimeout answers the request on the event loop if there is no value in time
     */
    public static <T> void await(Responder responder, long limitMs, Source<T> source, Consumer<T> then,
            Runnable onTimeout) {
        var held = new HeldRequest<>(responder, then, onTimeout);
        responder.hold(held, limitMs);
        if (!held.over) {
            held.waiting = source.await(value -> responder.execute(() -> held.found(value)));
        }
    }

    private void found(T value) {
        if (!over) {
            stop();
            responder.release();
            then.accept(value);
        }
    }

    @Override
    public void giveUp() {
        stop();
        responder.release();
        onTimeout.run();
    }

    @Override
    public void clientLeft() {
        stop();
    }

    private void stop() {
        over = true;
        waiting.cancel();
    }
}
