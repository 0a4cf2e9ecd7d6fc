package io.millrace.edge.feed;

import io.millrace.edge.live.EpochView;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One epoch that is watched here: the newest view of it, and who waits for a later one.
 *
 * <p>Thread-safe: one feed publishes, any thread looks or waits. A waiter costs an entry in a set; nothing polls.
 */
public final class Watch {
    /** Ends waiting; does nothing if the wait is over. */
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

    /** A watch of an epoch of which nothing has been read yet. */
    public static Watch unread() {
        return new Watch(System.nanoTime());
    }

    /** The newest view, null until the index has been read. */
    public EpochView view() {
        return view;
    }

    /**
     * Calls {@code then} once, with the first view that is {@code wanted}: now, on this thread, if there is one, else on
     * the feed's thread, where it must only hand over.
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

    /** The newest view; from one thread only. */
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
