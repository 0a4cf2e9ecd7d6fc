package io.millrace.edge.http;

import io.millrace.edge.audience.Protocol;
import io.millrace.edge.feed.Framing;
import io.millrace.platform.net.SocketOutlet;

/** What carries one viewer's bytes. Confined to the event loop of its connection, but for what never changes. */
interface Carrier {
    /** Why a viewer gets nothing more. */
    enum Parting {
        ENDED, SHUTDOWN, SLOW, KICKED
    }

    /** Never changes. */
    Protocol protocol();

    /** Never changes. */
    Framing framing();

    /** Bytes follow: what stands before them is written. Gives where they leave, framed; the first of them take it along. */
    SocketOutlet begin();

    /** Nothing follows. */
    void end(Parting why);
}
