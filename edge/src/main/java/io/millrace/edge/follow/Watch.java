package io.millrace.edge.follow;

import io.millrace.edge.view.EpochView;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One epoch that is watched here: its newest view, and the requests that wait for a later one.
 *
 * <p>Thread-safe: one feed publishes, any thread reads or waits. A waiter costs one entry in a set; nothing polls.
 */
public final class Watch {
    /** Ends the wait; has no effect after it is over. */
    @FunctionalInterface
    public interface Waiting {
        void cancel();
    }

    private record Waiter(Predicate<EpochView> wanted, Consumer<EpochView> then, AtomicBoolean done) {
        boolean offer(EpochView view) {
            if (!wanted.test(view)) {
                return false;
            }
            if (done.compareAndSet(false, true)) {
                then.accept(view);
            }
            return true;
        }
    }

    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
    private volatile EpochView view;
    private volatile long usedNanos;

    private Watch(long nowNanos) {
        usedNanos = nowNanos;
    }

    /** Creates a watch of an epoch of which nothing has been read yet. */
    public static Watch unread() {
        return new Watch(System.nanoTime());
    }

    /** Returns the newest view, null until the index has been read. */
    public EpochView view() {
        return view;
    }

    /**
     * Calls {@code then} once, with the first view that satisfies {@code wanted}: at once, on this thread, if there is
     * one, otherwise on the feed's thread, where it must only hand over to another thread.
     */
    public Waiting await(Predicate<EpochView> wanted, Consumer<EpochView> then) {
        var waiter = new Waiter(wanted, then, new AtomicBoolean());
        waiters.add(waiter);
        EpochView now = view;
        if (now != null && waiter.offer(now)) {
            waiters.remove(waiter);
        }
        return () -> {
            waiter.done.set(true);
            waiters.remove(waiter);
        };
    }

    /** Publishes the newest view; from one thread only. */
    public void publish(EpochView newest) {
        view = newest;
        waiters.removeIf(waiter -> waiter.offer(newest));
    }

    void use(long nowNanos) {
        usedNanos = nowNanos;
    }

    boolean isIdle(long nowNanos, long idleNanos) {
        return waiters.isEmpty() && nowNanos - usedNanos > idleNanos;
    }
}
