package io.millrace.edge.exchange;

/**
 * Answers one request that is not answered immediately. The owner alone starts and ends the response. Endpoints
 * implement it; {@code HttpResponder} calls it on the connection's event loop.
 */
public interface ResponseOwner {
    /**
     * Called if a held request must not wait any longer, because its time is over or the edge is about to shut down.
     * The owner answers with what is known. Not called once the response has begun.
     */
    void giveUp();

    /** Called when the socket accepts more of the body. */
    default void writable() {
        // Nothing to do for owners that do not send the body in pieces.
    }

    /** Called when the edge shuts down while the body is being sent: the owner ends the body. */
    default void shutDown() {
        // Nothing to do for owners that do not send the body in pieces.
    }

    /** Called when the connection closes before the response is complete. No other method is called afterwards. */
    void clientLeft();
}
