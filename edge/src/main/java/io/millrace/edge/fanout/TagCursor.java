package io.millrace.edge.fanout;

import io.millrace.edge.meters.EdgeMeters;
import io.millrace.edge.meters.Protocol;
import io.millrace.edge.view.Selection;
import io.millrace.media.flv.FlvTag;
import java.util.List;

/**
 * The position of one viewer in its stream's ring. A viewer that keeps up receives the runs of tags that its
 * {@link LoopAudience} shares, once per tick. A viewer whose socket is full keeps its position, which costs nothing.
 * When the ring has discarded the tag at its position, the viewer continues at the latest keyframe; a viewer that does
 * not advance for {@link #HOPELESS_NANOS} is disconnected. Confined to the viewer's event loop.
 */
final class TagCursor {
    /** A viewer whose socket accepts nothing for this long is disconnected. */
    static final long HOPELESS_NANOS = 15_000_000_000L;
    /** Bytes that a viewer that is behind receives before its socket is checked again. */
    private static final int CATCH_UP_BYTES = 64 * 1024;
    private static final long NEVER = Long.MIN_VALUE;

    private final FlvSink sink;
    // Copied from the sink: a tick reads them for many viewers, and each further object access would cost more.
    private final Protocol protocol;
    private final Framing framing;
    private final Selection selection;
    private final TagRing ring;
    private final EdgeMeters meters;
    /** Index of the next tag for the viewer. */
    private long at;
    /** The sequence headers, of all tracks, that were in force when the viewer began or last skipped. */
    private List<FlvTag> headers;
    /** When the viewer was found behind with a full socket, by the loop's ticker; {@link #NEVER} since its last tag. */
    private long stuckSinceNanos = NEVER;
    /** Index among the viewers of its event loop. */
    int slot;
    /** Index of the viewer's framing and selection among the forms of its {@link LoopAudience}. */
    int form;

    /**
     * @param at index of the first tag for the viewer
     * @param headers the sequence headers that the viewer has received, before selection
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

    /** Returns whether the viewer is at {@code index} and its socket accepts more. */
    boolean isReadyAt(long index) {
        return at == index && sink.isReady();
    }

    /** Sends {@code shared}, which begins at this viewer's position; the caller closes the run. */
    void write(TagRun shared) {
        // Before the send, since the socket may become writable during its flush, which runs catchUp().
        at = shared.next();
        stuckSinceNanos = NEVER;
        if (!shared.isEmpty()) {
            sink.send(shared.pieces());
        }
    }

    /** Writes as many of the tags before {@code to} (exclusive) as the socket accepts. */
    void catchUp(long to, long nowNanos) {
        while (at < to && sink.isReady()) {
            try (TagRun next = ring.take(at, to, CATCH_UP_BYTES, framing, selection)) {
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

    /** Moves the viewer to the latest entry point of the ring. Returns false if there is none yet. */
    private boolean skip() {
        TagRing.Entry entry = ring.entry(selection);
        if (entry == null) {
            return false;
        }
        sink.skipped(entry.index() - at);
        at = entry.index();
        List<FlvTag> known = headers;
        headers = entry.headers();
        if (headers != known) {
            sendChanged(selection.of(known), selection.of(headers), entry.timestampMs());
        }
        return true;
    }

    private void sendChanged(List<FlvTag> known, List<FlvTag> inForce, int timestampMs) {
        if (!inForce.equals(known)) {
            sink.send(framing.layout().headers(inForce, timestampMs));
        }
    }

    /** Writes all tags before {@code to}, even if the socket is full, then ends the stream for this viewer. */
    void end(long to) {
        try (TagRun rest = ring.take(at, to, Integer.MAX_VALUE, framing, selection)) {
            if (rest != null) {
                meters.sent(protocol, rest.mediaBytes());
                write(rest);
            }
        }
        sink.end();
    }
}
