package io.millrace.edge.exchange;

import io.millrace.platform.net.SocketOutlet;

/** The body of a response that is sent in pieces and may have no end of its own. Confined to the event loop. */
public interface BodyStream {
    /** Returns the outlet for framed pieces; its first flush also sends the response headers. */
    SocketOutlet outlet();

    /** Completes the body. */
    void end();

    /** Closes the connection without completing the body, so that the client does not take this for its end. */
    void abort();
}
