package io.millrace.ingest.publish;

import io.millrace.platform.publish.Publisher;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Switches reading from one publisher's socket: off while one of its budgets is shut, or while the valve is held. An
 * encoder that is faster than its partition's leader is thus slowed down by TCP, and the producer never has to block.
 *
 * <p>Confined to the publisher's event loop, except for {@link #settled} and {@link #opened}.
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

    /** Adds bytes that are handed to the producer to the budgets. Pauses reading if one of them is shut. */
    void sent(int sizeBytes) {
        boolean shut = false;
        for (int i = 0; i < budgets.size(); i++) {
            shut |= budgets.get(i).add(sizeBytes);
        }
        if (shut) {
            settle();
        }
    }

    /** Releases bytes that are acknowledged or have failed. Called on any thread. */
    void settled(int sizeBytes) {
        for (int i = 0; i < budgets.size(); i++) {
            budgets.get(i).release(sizeBytes);
        }
    }

    /** Reports that a budget that was shut is open. Called on any thread. */
    void opened() {
        try {
            publisher.loop().execute(this::settle);
        } catch (RejectedExecutionException _) {
            // The event loop has ended and does not read from any connection.
        }
    }

    /** Pauses reading if {@code hold} is true; otherwise the budgets decide again. */
    void hold(boolean hold) {
        held = hold;
        settle();
    }

    /** Stops switching, because the publisher has left. */
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
