package io.millrace.edge.follow;

import io.millrace.edge.view.EpochView;
import io.millrace.platform.directory.Waiters;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The newest view of one followed epoch, and the requests that wait for a later view.
 *
 * <p>Thread-safe: the feed's thread publishes, any thread reads or waits.
 */
public final class Watch {
    private final Waiters<EpochView> waiters = new Waiters<>();
    private volatile EpochView view;
    /** When the epoch was last requested, as {@link System#nanoTime}. */
    private volatile long usedNanos;

    private Watch(long nowNanos) {
        usedNanos = nowNanos;
    }

    /** Creates the watch of an epoch of which nothing has been read yet. */
    public static Watch unread() {
        return new Watch(System.nanoTime());
    }

    /** Returns the newest view; null until the index has been read. */
    public EpochView view() {
        return view;
    }

    /**
     * Calls {@code then} at most once, with the first view that satisfies {@code wanted}: on this thread before
     * returning, if the current view does, otherwise on the feed's thread, where {@code then} must not do more than
     * pass the view to another thread. The result cancels the wait.
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

    /** Records a request for the epoch. */
    void use(long nowNanos) {
        usedNanos = nowNanos;
    }

    /** Returns whether no request waits, and none has arrived for more than {@code idleNanos}. */
    boolean isIdle(long nowNanos, long idleNanos) {
        return waiters.isEmpty() && nowNanos - usedNanos > idleNanos;
    }
}
