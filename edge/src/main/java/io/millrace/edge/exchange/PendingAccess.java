package io.millrace.edge.exchange;

import io.millrace.platform.access.AccessDecision;
import java.util.function.Consumer;

/**
 * A request that waits for the decision of the access policy, as long as {@link Responder#hold} allows. Confined to the
 * event loop of its connection.
 */
final class PendingAccess implements ResponseOwner {
    private final Responder responder;
    private final Consumer<AccessDecision> then;
    private boolean over;

    PendingAccess(Responder responder, Consumer<AccessDecision> then) {
        this.responder = responder;
        this.then = then;
    }

    /**
     * Ends the wait. Has no effect after a timeout, or if the client has left.
     *
     * @param decision null if the policy failed with {@code failure}
     */
    void decided(AccessDecision decision, Throwable failure) {
        if (over) {
            return;
        }
        over = true;
        responder.release();
        if (failure == null) {
            then.accept(decision);
        } else {
            responder.fail(failure);
        }
    }

    @Override
    public void giveUp() {
        over = true;
        PlayAccess.undecided(responder, "whether you may play could not be decided in time, try again");
    }

    @Override
    public void clientLeft() {
        over = true;
    }
}
