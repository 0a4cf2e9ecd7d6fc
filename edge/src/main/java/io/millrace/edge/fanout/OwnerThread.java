package io.millrace.edge.fanout;

/** The thread that created an object and owns its state. Immutable. */
final class OwnerThread {
    private final Thread thread = Thread.currentThread();

    /** Throws IllegalStateException if called by another thread, which is a bug. */
    void check() {
        if (Thread.currentThread() != thread) {
            throw new IllegalStateException(
                    "called by " + Thread.currentThread().getName() + " instead of " + thread.getName());
        }
    }
}
