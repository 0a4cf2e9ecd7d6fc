package io.millrace.edge.flv;

import io.millrace.edge.fanout.Framing;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.net.SocketOutlet;

/**
 * The protocol-specific side of one FLV viewer: its {@link FlvViewer} opens and ends the body here, and writes runs of
 * tags to the outlet in between. One implementation per protocol (HTTP and WebSocket). Confined to the event loop of the
 * viewer's connection, except for the constant properties, which any thread may read.
 */
interface ViewerTransport {
    /** Why a viewer receives nothing more. */
    enum EndReason {
        /** The stream or the requested range has ended. */
        ENDED,
        /** The edge shuts down, and the viewer should reconnect. */
        SHUTDOWN,
        /** The viewer accepted no data for too long. */
        SLOW,
        /** The operator disconnected the viewer. */
        KICKED,
        /** The viewer's token has expired. */
        EXPIRED,
        /** The memory limit of the edge leaves no room for the stream. */
        BUSY
    }

    /** Returns the protocol under which the viewer is counted; constant. */
    Protocol protocol();

    /** Returns how runs of tags are framed for this connection; constant. */
    Framing framing();

    /**
     * Writes what precedes the body, such as response headers, and returns the outlet for framed bytes, whose first
     * flush sends everything. Called once.
     */
    SocketOutlet begin();

    /**
     * Ends the body and tells the viewer why, as far as its protocol can. Called once, after {@link #begin}; nothing
     * may be sent afterwards.
     */
    void end(EndReason why);
}
