package io.millrace.edge.exchange;

import io.millrace.platform.net.SocketOutlet;

/**
 * The body of a response that is sent in pieces; that of a live stream has no end of its own. The caller calls either
 * {@link #end} or {@link #abort}, once, unless the client has left. Confined to the event loop of the connection.
 */
public interface BodyStream {
    /**
     * Returns the outlet for pieces of the body. It lies below the HTTP codec: the caller frames the pieces, as chunks
     * if {@link Request#acceptsChunked}. The first flush also sends the response headers.
     */
    SocketOutlet outlet();

    /**
     * Completes the body: pending pieces are still sent, then the responder writes the last chunk or closes the
     * connection.
     */
    void end();

    /**
     * Closes the connection at once, without the last chunk, so that the client does not take this for the end of the
     * body. A client without chunked encoding cannot tell the difference.
     */
    void abort();
}
