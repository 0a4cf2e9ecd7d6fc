package io.millrace.ingest.session;

/** Waits for the end of the threads of this package. */
final class Threads {
    private static final long JOIN_MS = 5_000;

    private Threads() {}

    /** Waits for a bounded time for the end of {@code thread}, which must have been asked to end. */
    static void join(Thread thread) {
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
