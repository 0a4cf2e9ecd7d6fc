package io.millrace.platform.directory;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Callers that wait for a value that does not exist yet, such as requests for a segment that is not listed yet. A
 * waiter costs one entry in a set; nothing polls.
 *
 * <p>Thread-safe: one thread offers values, any thread waits.
 */
public final class Waiters<T> {
    /** A wait, which {@code cancel} ends. Cancelling has no effect once the value has been received. */
    @FunctionalInterface
    public interface Waiting {
        void cancel();
    }

    /** One waiter, which receives at most one value. */
    public final class Waiter implements Waiting {
        private final Predicate<T> wanted;
        private final Consumer<T> then;
        private final AtomicBoolean done = new AtomicBoolean();

        private Waiter(Predicate<T> wanted, Consumer<T> then) {
            this.wanted = wanted;
            this.then = then;
        }

        /** Offers a value to this waiter only. */
        public void offer(T value) {
            if (wanted.test(value)) {
                waiters.remove(this);
                if (done.compareAndSet(false, true)) {
                    then.accept(value);
                }
            }
        }

        @Override
        public void cancel() {
            done.set(true);
            waiters.remove(this);
        }
    }

    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();

    /**
     * Adds a waiter: {@code then} is called once, with the first offered value that satisfies {@code wanted}, on the
     * thread that offers it, where {@code then} must only hand over to another thread. The caller then offers the
     * values that exist already to the returned waiter, so that none is missed.
     */
    public Waiter add(Predicate<T> wanted, Consumer<T> then) {
        var waiter = new Waiter(wanted, then);
        waiters.add(waiter);
        return waiter;
    }

    /** Offers a value to all waiters. */
    public void offer(T value) {
        waiters.forEach(waiter -> waiter.offer(value));
    }

    /** Returns the number of waiters that have neither received a value nor been cancelled. */
    public int size() {
        return waiters.size();
    }

    public boolean isEmpty() {
        return waiters.isEmpty();
    }
}
