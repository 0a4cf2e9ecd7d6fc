package io.millrace.edge.http;

import io.millrace.edge.feed.Watch;
import io.millrace.edge.live.EpochView;
import java.util.function.Consumer;
import java.util.function.Predicate;

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

    /** Continues on the event loop with the first view that is {@code wanted}, at once if there is one. */
    static void forView(Exchange exchange, Watch watch, Predicate<EpochView> wanted, Consumer<EpochView> then,
            Runnable onTimeout) {
        EpochView now = watch.view();
        if (now != null && wanted.test(now)) {
            then.accept(now);
            return;
        }
        var hold = new Hold(exchange, onTimeout);
        hold.until(watch.await(wanted, view -> exchange.context().executor().execute(() -> {
            if (hold.release()) {
                then.accept(view);
            }
        })));
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
