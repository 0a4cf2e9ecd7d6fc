package io.millrace.ingest.session;

/** Waits for the threads of this package to end. */
final class Threads {
    private static final long JOIN_MS = 5_000;

    private Threads() {}

    /** Blocks until {@code thread} has ended, for at most 5 s. The thread must have been asked to end. */
    static void join(Thread thread) {
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
