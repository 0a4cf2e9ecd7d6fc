package io.millrace.ingest.policy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;

/**
 * Lets so many go at once, and the others wait for their turn, oldest first: after a restart all encoders come in the same
 * moment. As many can wait as there are connections that have not published ({@code --rtmp-limits unauthenticated}).
 *
 * <p>Thread-safe; blocks nobody.
 */
final class Turns {
    private final Deque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private int free;

    Turns(int atOnce) {
        free = atOnce;
    }

    /** Completed when it may go. Whether or not it ever is, whoever waited for it says {@link #done}. */
    CompletableFuture<Void> next() {
        CompletableFuture<Void> turn = new CompletableFuture<>();
        synchronized (waiting) {
            if (free == 0) {
                waiting.add(turn);
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
            successor = waiting.poll();
            free += successor == null ? 1 : 0;
        }
        if (successor != null) {
            successor.complete(null);
        }
    }
}
