package io.millrace.ingest.publish;

import io.millrace.platform.publish.Publisher;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Pauses reading from one publisher's socket while one of the publisher's budgets is shut, or while the valve is held.
 * TCP then slows down an encoder that is faster than its partition's leader, and the producer never has to block.
 *
 * <p>Confined to the publisher's event loop, except for {@link #release} and {@link #onBudgetOpen}.
 */
final class Valve {
    private final Publisher publisher;
    private final List<ByteBudget> budgets;
    private final Runnable onPause;
    private boolean reading = true;
    private boolean held;
    private boolean ended;

    /** @param onPause called each time reading is paused */
    Valve(Publisher publisher, List<ByteBudget> budgets, Runnable onPause) {
        this.publisher = publisher;
        this.budgets = List.copyOf(budgets);
        this.onPause = onPause;
    }

    /**
     * Adds bytes that are handed to the producer, or held for it, to all budgets. Pauses reading if one of the budgets
     * is shut.
     */
    void add(int sizeBytes) {
        boolean shut = false;
        for (int i = 0; i < budgets.size(); i++) {
            shut |= budgets.get(i).add(sizeBytes);
        }
        if (shut) {
            settle();
        }
    }

    /** Releases bytes that are acknowledged or have failed. Called on any thread. */
    void release(int sizeBytes) {
        for (int i = 0; i < budgets.size(); i++) {
            budgets.get(i).release(sizeBytes);
        }
    }

    /** Reports that a budget has opened. Called on any thread. */
    void onBudgetOpen() {
        try {
            publisher.loop().execute(this::settle);
        } catch (RejectedExecutionException _) {
            // The event loop has ended and does not read from any connection.
        }
    }

    /** Pauses reading if {@code hold} is true; otherwise only the budgets decide. A switch: calls are not counted. */
    void hold(boolean hold) {
        held = hold;
        settle();
    }

    /**
     * Stops pausing and resuming, because the publisher has left. {@link #release} must still be called for bytes that
     * were sent.
     */
    void end() {
        ended = true;
        budgets.forEach(b -> b.forget(this));
    }

    /** Pauses or resumes reading as the budgets and the hold require. */
    private void settle() {
        if (ended) {
            return;
        }
        boolean read = !held;
        for (ByteBudget budget : budgets) {
            if (budget.isShut()) {
                // Registers first and checks again afterwards, so that an opening in between is not missed.
                budget.await(this);
                read &= !budget.isShut();
            }
        }
        if (reading && !read) {
            onPause.run();
            publisher.pauseReading();
        } else if (read && !reading) {
            publisher.resumeReading();
        }
        reading = read;
    }
}
