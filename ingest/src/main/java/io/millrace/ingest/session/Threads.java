package io.millrace.ingest.session;

/** How the threads of this room end. */
final class Threads {
    private static final long JOIN_MS = 5_000;

    private Threads() {}

    /** Waits for {@code thread}, which was told to end, for a bounded time. */
    static void join(Thread thread) {
        try {
            thread.join(JOIN_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
