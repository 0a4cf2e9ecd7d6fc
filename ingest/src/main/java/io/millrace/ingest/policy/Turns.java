package io.millrace.ingest.policy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * Lets so many go at once, and the others wait for their turn, oldest first: after a restart all encoders come in the same
 * moment. A connection that has gone keeps its place until its time is over, so what waits has a limit of its own.
 *
 * <p>Thread-safe; blocks nobody.
 */
final class Turns {
    /** Four times the connections that may be without a publish at one time; each waits with its question, of some KB. */
    static final int WAITING_MAX = 4_000;

    static final class FullException extends RuntimeException {
        private static final long serialVersionUID = 1;

        private FullException() {
            super("too many questions wait already", null, false, false);
        }
    }

    private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private int free;

    Turns(int atOnce) {
        free = atOnce;
    }

    /** Completed when it may go; failed at once if too many wait. Whether or not it ever is, whoever waited for it says {@link #done}. */
    CompletableFuture<Void> next() {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        synchronized (waiting) {
            if (free == 0 && waiting.size() < WAITING_MAX) {
                waiting.add(turn);
                return turn;
            }
            if (free == 0) {
                turn.completeExceptionally(new FullException());
                return turn;
            }
            free--;
        }
        turn.complete(null);
        return turn;
    }

    void done(CompletableFuture<Void> turn) {
        CompletableFuture<Void> successor;
        synchronized (waiting) {
            if (waiting.remove(turn)) {
                return; // it gave up before
            }
            if (turn.isCompletedExceptionally()) {
                return; // it never had one
            }
            successor = waiting.poll();
            free += successor == null ? 1 : 0;
        }
        if (successor != null) {
            successor.complete(null);
        }
    }
}
