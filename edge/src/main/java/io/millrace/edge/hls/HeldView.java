package io.millrace.edge.hls;

import io.millrace.edge.exchange.HeldRequest;
import io.millrace.edge.exchange.Responder;
import io.millrace.edge.follow.Watch;
import io.millrace.edge.view.EpochView;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Waits for a view of an epoch on behalf of a request. Confined to the event loop of the request's connection. */
public final class HeldView {
    private HeldView() {}

    /**
     * Calls {@code then} on the event loop with the first view that satisfies {@code wanted}; before returning if the
     * current view does.
     *
     * @param onTimeout answers the request if there is no such view within {@link Responder#HOLD_MS}
     */
    public static void await(Responder responder, Watch watch, Predicate<EpochView> wanted, Consumer<EpochView> then,
            Runnable onTimeout) {
        EpochView now = watch.view();
        if (now != null && wanted.test(now)) {
            then.accept(now);
        } else {
            HeldRequest.await(responder, Responder.HOLD_MS, found -> watch.await(wanted, found), then, onTimeout);
        }
    }
}
