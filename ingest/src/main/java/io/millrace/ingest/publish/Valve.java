package io.millrace.ingest.publish;

import io.millrace.platform.rtmp.Publisher;
import java.util.List;

/**
 * The reading switch of one publisher: off while a budget that it draws on is shut, or while it is held. So an encoder
 * that is faster than its partition's leader is slowed through TCP, and the producer never has to block.
 *
 * <p>Thread-safe; takes its lock only where the switch may have to turn.
 */
final class Valve {
    private final Publisher publisher;
    private final List<ByteBudget> budgets;
    private final Runnable onPause;
    private boolean reading = true;
    private boolean held;
    private boolean ended;

    /** @param onPause told each time that the switch is turned off */
    Valve(Publisher publisher, List<ByteBudget> budgets, Runnable onPause) {
        this.publisher = publisher;
        this.budgets = List.copyOf(budgets);
        this.onPause = onPause;
    }

    /** Bytes go to the producer; called on the event loop. */
    void sent(int sizeBytes) {
        boolean shut = false;
        for (int i = 0; i < budgets.size(); i++) {
            shut |= budgets.get(i).add(sizeBytes);
        }
        if (shut) {
            settle();
        }
    }

    /** They are acknowledged, or have failed. */
    void settled(int sizeBytes) {
        for (int i = 0; i < budgets.size(); i++) {
            budgets.get(i).release(sizeBytes);
        }
    }

    /** Keeps reading off, or lets the budgets decide again. */
    synchronized void hold(boolean hold) {
        held = hold;
        settle();
    }

    /** The publisher is gone. */
    synchronized void end() {
        ended = true;
        budgets.forEach(b -> b.forget(this));
    }

    /** Turns the switch to where it has to be. */
    synchronized void settle() {
        if (ended) {
            return;
        }
        boolean read = !held;
        for (ByteBudget budget : budgets) {
            if (budget.isShut()) {
                // First in the queue, then the second look: an opening in between is not missed.
                budget.await(this);
                read &= !budget.isShut();
            }
        }
        if (!read) {
            if (reading) {
                onPause.run();
            }
            // Again even if it is off: on the event loop this overtakes a resume that another thread has queued, so a
            // message that comes all the same must be able to turn it off for good.
            publisher.pauseReading();
        } else if (!reading) {
            publisher.resumeReading();
        }
        reading = read;
    }
}
