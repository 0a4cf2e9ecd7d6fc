package io.millrace.edge.flv;

import io.millrace.edge.fanout.Framing;
import io.millrace.edge.meters.Protocol;
import io.millrace.platform.net.SocketOutlet;

/**
 * Transports the bytes of one FLV viewer. Confined to the event loop of its connection, except for the constant
 * properties.
 */
interface ViewerTransport {
    /** Why a viewer receives nothing more. */
    enum EndReason {
        ENDED, SHUTDOWN, SLOW, KICKED, BUSY
    }

    /** Constant. */
    Protocol protocol();

    /** Constant. */
    Framing framing();

    /**
     * Starts the body; everything before it has been written. Returns the outlet for framed bytes; its first flush also
     * sends what was written before.
     */
    SocketOutlet begin();

    /** Ends the body; nothing may follow. */
    void end(EndReason why);
}
