package io.millrace.edge.audience;

import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/** One viewer. Thread-safe, but for {@link #sent}. */
public final class Viewer {
    private static final AtomicLongFieldUpdater<Viewer> SENT_BYTES = AtomicLongFieldUpdater.newUpdater(Viewer.class,
            "sentBytes");

    private final long number;
    private final Protocol protocol;
    private final String stream;
    private final String address;
    private final String client;
    private final long sinceMs;
    private final Runnable kick;
    private volatile long sentBytes;

    Viewer(long number, Protocol protocol, String stream, String address, String client, long sinceMs, Runnable kick) {
        this.number = number;
        this.protocol = protocol;
        this.stream = stream;
        this.address = address;
        this.client = client;
        this.sinceMs = sinceMs;
        this.kick = kick;
    }

    /** Rises from viewer to viewer. */
    long number() {
        return number;
    }

    public Protocol protocol() {
        return protocol;
    }

    public String stream() {
        return stream;
    }

    /** {@code host:port} of its end of the connection; of HLS, which has no one connection, the host. */
    public String address() {
        return address;
    }

    /** What its player calls itself; null if it does not say. */
    public String client() {
        return client;
    }

    /** When it began to watch, ms since 1970. */
    public long sinceMs() {
        return sinceMs;
    }

    /** What was handed to its connection, framing included; 0 of HLS. */
    public long sentBytes() {
        return sentBytes;
    }

    /** Something was handed to its connection; by one thread alone. */
    public void sent(List<ByteBuf> pieces) {
        int sizeBytes = 0;
        for (int i = 0; i < pieces.size(); i++) {
            sizeBytes += pieces.get(i).readableBytes();
        }
        // No fence: it is one of the few things that each viewer costs at each tick.
        SENT_BYTES.lazySet(this, sentBytes + sizeBytes);
    }

    void kick() {
        kick.run();
    }
}
