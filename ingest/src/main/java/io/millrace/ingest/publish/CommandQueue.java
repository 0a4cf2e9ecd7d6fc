package io.millrace.ingest.publish;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Bounded queue of commands from any thread to one owner. Commands of one thread keep their order. The owner is woken
 * only for a command that arrives while no other is pending. {@link #offer} does not handle commands, unless the
 * owner's thread has ended: then the calling thread handles them, still one at a time.
 *
 * <p>Lock-free: {@link Semaphore#tryAcquire()} does not wait.
 */
final class CommandQueue<C> {
    private final Executor owner;
    private final Consumer<C> handler;
    private final Runnable onOverflow;
    private final Semaphore free;
    private final Queue<C> commands = new ConcurrentLinkedQueue<>();
    /** Number of commands that have not been handled. The thread that increments it from 0 wakes the owner. */
    private final AtomicInteger pending = new AtomicInteger();
    private volatile boolean overflowed;

    /**
     * @param owner runs tasks on the owner's thread, after the current one
     * @param handler handles one command; must not throw
     * @param onOverflow called by the owner at least once after a command was dropped because the queue was full
     */
    CommandQueue(int capacity, Executor owner, Consumer<C> handler, Runnable onOverflow) {
        this.owner = owner;
        this.handler = handler;
        this.onOverflow = onOverflow;
        this.free = new Semaphore(capacity);
    }

    /** Queues {@code command}, or drops it if the queue is full. Never blocks. */
    void offer(C command) {
        if (!free.tryAcquire()) {
            // The owner still has commands to handle, and checks this flag after each.
            overflowed = true;
            return;
        }
        commands.add(command);
        if (pending.getAndIncrement() == 0) {
            wake();
        }
    }

    private void wake() {
        try {
            owner.execute(this::drain);
        } catch (RejectedExecutionException _) {
            drain();
        }
    }

    private void drain() {
        do {
            C command = commands.remove();
            free.release();
            handler.accept(command);
            if (overflowed) {
                overflowed = false;
                onOverflow.run();
            }
        } while (pending.decrementAndGet() > 0);
    }
}
