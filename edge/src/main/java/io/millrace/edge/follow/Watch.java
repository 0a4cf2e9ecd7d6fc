package io.millrace.edge.follow;

import io.millrace.edge.view.EpochView;
import io.millrace.platform.directory.Waiters;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * One epoch that is watched here: its newest view, and the requests that wait for a later one.
 *
 * <p>Thread-safe: one feed publishes, any thread reads or waits.
 */
public final class Watch {
    private final Waiters<EpochView> waiters = new Waiters<>();
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
    public Waiters.Waiting await(Predicate<EpochView> wanted, Consumer<EpochView> then) {
        Waiters<EpochView>.Waiter waiter = waiters.add(wanted, then);
        EpochView now = view;
        if (now != null) {
            waiter.offer(now);
        }
        return waiter;
    }

    /** Publishes the newest view; from one thread only. */
    public void publish(EpochView newest) {
        view = newest;
        waiters.offer(newest);
    }

    void use(long nowNanos) {
        usedNanos = nowNanos;
    }

    boolean isIdle(long nowNanos, long idleNanos) {
        return waiters.isEmpty() && nowNanos - usedNanos > idleNanos;
    }
}
