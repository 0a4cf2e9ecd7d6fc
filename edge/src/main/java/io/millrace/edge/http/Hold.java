package io.millrace.edge.http;

import io.millrace.edge.feed.Watch;

/** A request that waits for something to exist, for a limited time. Confined to the event loop of its exchange. */
final class Hold {
    private final Runnable cancelTimeout;
    private Watch.Waiting waiting = () -> {};
    private boolean over;

    Hold(Exchange exchange, Runnable onTimeout) {
        Runnable giveUp = () -> {
            if (release()) {
                onTimeout.run();
            }
        };
        cancelTimeout = exchange.after(HlsEndpoint.HOLD_MS, giveUp);
        exchange.onDrain(giveUp);
        exchange.onClose(this::release);
    }

    void until(Watch.Waiting waiting) {
        this.waiting = waiting;
        if (over) {
            waiting.cancel();
        }
    }

    /** Ends the hold; false if it was over already. */
    boolean release() {
        if (over) {
            return false;
        }
        over = true;
        cancelTimeout.run();
        waiting.cancel();
        return true;
    }
}
