package io.millrace.edge.hls;

import io.millrace.edge.exchange.Responder;
import io.millrace.edge.exchange.ResponseOwner;
import io.millrace.edge.follow.Watch;
import io.millrace.edge.view.EpochView;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** A request that waits, for a limited time, for a view of an epoch. Confined to the event loop of its connection. */
final class HeldView implements ResponseOwner {
    private final Responder responder;
    private final Consumer<EpochView> then;
    private final Runnable onTimeout;
    private Watch.Waiting waiting;
    private boolean over;

    private HeldView(Responder responder, Consumer<EpochView> then, Runnable onTimeout) {
        this.responder = responder;
        this.then = then;
        this.onTimeout = onTimeout;
    }

    /** Continues on the event loop with the first view that satisfies {@code wanted}, at once if there is one. */
    static void await(Responder responder, Watch watch, Predicate<EpochView> wanted, Consumer<EpochView> then,
            Runnable onTimeout) {
        EpochView now = watch.view();
        if (now != null && wanted.test(now)) {
            then.accept(now);
            return;
        }
        var held = new HeldView(responder, then, onTimeout);
        held.waiting = watch.await(wanted, view -> responder.execute(() -> held.found(view)));
        responder.hold(held, Responder.HOLD_MS);
    }

    private void found(EpochView view) {
        if (!over) {
            stop();
            responder.release();
            then.accept(view);
        }
    }

    @Override
    public void giveUp() {
        stop();
        responder.release();
        onTimeout.run();
    }

    @Override
    public void clientLeft() {
        stop();
    }

    private void stop() {
        over = true;
        waiting.cancel();
    }
}
