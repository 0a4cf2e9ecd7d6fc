package io.millrace.edge.http;

import io.millrace.edge.audience.Protocol;
import io.millrace.edge.feed.Framing;
import io.netty.buffer.ByteBuf;
import java.util.List;

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

    /** Bytes follow: what stands before them goes out. */
    void begin();

    /** Bytes of the viewer, framed; transferred. */
    void write(ByteBuf piece);

    void flush();

    /** Bytes of the viewer, framed, which go out now; borrowed. */
    void send(List<ByteBuf> pieces);

    /** Nothing follows. */
    void end(Parting why);
}
