package io.millrace.edge.audience;

import io.millrace.edge.meters.Protocol;
import io.millrace.platform.access.ViewerSession;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/** One viewer of this edge. Thread-safe, except that only one thread may call {@link #sent}. */
public final class Viewer {
    private static final AtomicLongFieldUpdater<Viewer> SENT_BYTES = AtomicLongFieldUpdater.newUpdater(Viewer.class,
            "sentBytes");

    private final long number;
    private final Protocol protocol;
    private final String stream;
    private final String address;
    private final String client;
    private final ViewerSession session;
    private final long sinceMs;
    private final Runnable kick;
    private volatile long sentBytes;

    Viewer(long number, Protocol protocol, String stream, String address, String client, ViewerSession session,
            long sinceMs, Runnable kick) {
        this.number = number;
        this.protocol = protocol;
        this.stream = stream;
        this.address = address;
        this.client = client;
        this.session = session;
        this.sinceMs = sinceMs;
        this.kick = kick;
    }

    /** Returns the viewer's number, which is unique in this process and greater than those of earlier viewers. */
    public long number() {
        return number;
    }

    public Protocol protocol() {
        return protocol;
    }

    public String stream() {
        return stream;
    }

    /** Returns {@code host:port} of the client; only the host for HLS, or if a proxy does not state the port. */
    public String address() {
        return address;
    }

    /** Returns the name that the player sends; null if it sends none. */
    public String client() {
        return client;
    }

    /** Returns what identifies the viewer on all nodes. */
    public ViewerSession session() {
        return session;
    }

    /** Returns when the viewer began to watch, ms since 1970. */
    public long sinceMs() {
        return sinceMs;
    }

    /** Returns the bytes handed to the connection, including framing; 0 for HLS. */
    public long sentBytes() {
        return sentBytes;
    }

    /** Counts bytes handed to the connection. Always called by the same thread. */
    public void sent(List<ByteBuf> pieces) {
        int sizeBytes = 0;
        for (int i = 0; i < pieces.size(); i++) {
            sizeBytes += pieces.get(i).readableBytes();
        }
        // No fence, since this runs for each viewer at each tick.
        SENT_BYTES.lazySet(this, sentBytes + sizeBytes);
    }

    void kick() {
        kick.run();
    }
}
