package io.millrace.edge.feed;

import io.millrace.edge.EdgeMeters;
import io.millrace.edge.audience.Protocol;
import io.millrace.edge.live.Selection;
import io.millrace.media.flv.FlvTag;
import java.util.List;

/**
 * Where one viewer is in its stream's ring. One that keeps up is written to once a tick with all others; one whose socket
 * takes nothing stays where it is, and costs nothing. Where the ring has forgotten its place it goes on at the latest
 * keyframe; where nothing moved for long it is let go. Confined to the viewer's event loop.
 */
final class TagCursor {
    /** A viewer that took nothing for so long is let go. */
    static final long HOPELESS_NANOS = 15_000_000_000L;
    /** What a viewer who is behind gets at once, before its socket is asked again. */
    private static final int CATCH_UP_BYTES = 64 * 1024;
    private static final long NEVER = Long.MIN_VALUE;

    private final FlvSink sink;
    // Of the sink. Here since a tick asks many viewers for them, and each object that it has to look at costs it more than that.
    private final Protocol protocol;
    private final Framing framing;
    private final Selection selection;
    private final TagRing ring;
    private final EdgeMeters meters;
    private long at;
    private List<FlvTag> headers;
    private long stuckSinceNanos = NEVER;
    /** Its place among the viewers of its loop. */
    int slot;

    /**
     * @param at where it begins
     * @param headers the sequence headers that it has been told
     */
    TagCursor(FlvSink sink, TagRing ring, EdgeMeters meters, long at, List<FlvTag> headers) {
        this.sink = sink;
        protocol = sink.protocol();
        framing = sink.framing();
        selection = sink.selection();
        this.ring = ring;
        this.meters = meters;
        this.at = at;
        this.headers = headers;
    }

    Protocol protocol() {
        return protocol;
    }

    Framing framing() {
        return framing;
    }

    Selection selection() {
        return selection;
    }

    /** Whether it stands at {@code index} and its socket takes more. */
    boolean isReadyAt(long index) {
        return at == index && sink.isReady();
    }

    /** Gives it what all others get, too. */
    void write(Stretch shared) {
        // First of all: a socket may say from within the flush that it takes more.
        at = shared.next();
        stuckSinceNanos = NEVER;
        if (!shared.isEmpty()) {
            sink.send(shared.pieces());
        }
    }

    /** Gives it what its socket takes of what it has not got up to {@code to}. */
    void catchUp(long to, long nowNanos) {
        while (at < to && sink.isReady()) {
            try (Stretch next = ring.take(at, to, CATCH_UP_BYTES, framing, selection)) {
                if (next != null) {
                    meters.sent(protocol, next.mediaBytes());
                    write(next);
                } else if (!skip()) {
                    return;
                }
            }
        }
        if (at >= to) {
            stuckSinceNanos = NEVER;
        } else if (stuckSinceNanos == NEVER) {
            stuckSinceNanos = nowNanos;
        } else if (nowNanos - stuckSinceNanos > HOPELESS_NANOS) {
            sink.tooSlow();
        }
    }

    /** False if there is no keyframe to go on with yet. */
    private boolean skip() {
        TagRing.Entry entry = ring.entry(selection);
        if (entry == null) {
            return false;
        }
        sink.skipped(entry.index() - at);
        at = entry.index();
        List<FlvTag> told = headers;
        headers = entry.headers();
        if (headers != told) {
            tell(selection.of(told), selection.of(headers), entry.timestampMs());
        }
        return true;
    }

    private void tell(List<FlvTag> told, List<FlvTag> inForce, int timestampMs) {
        if (!inForce.equals(told)) {
            sink.send(framing.layout().headers(inForce, timestampMs));
        }
    }

    /** Gives it all that is left, whether its socket takes it now or not, and the end. */
    void end(long to) {
        try (Stretch rest = ring.take(at, to, Integer.MAX_VALUE, framing, selection)) {
            if (rest != null) {
                meters.sent(protocol, rest.mediaBytes());
                write(rest);
            }
        }
        sink.end();
    }
}
