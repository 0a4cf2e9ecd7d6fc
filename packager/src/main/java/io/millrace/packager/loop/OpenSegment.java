package io.millrace.packager.loop;

import io.millrace.packager.mux.SegmentMux;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.PartId;
import java.util.List;

/**
 * A segment between its first cut and the acknowledgement of its last index entry. While it is open, a restart has to
 * begin at its first cut.
 *
 * <p>Confined to the loop, except for {@link #isWritten} and {@link #written}, which are thread-safe.
 */
final class OpenSegment {
    final String stream;
    final long session;
    /** Offset in {@code segments}. */
    final long firstCutOffset;
    /** Offset in {@code packets}. */
    final long firstPacketOffset;
    final int graceMs;
    final List<SegmentMux> muxes;
    private PartId next;
    long lastArrivalUs;
    int droppedFrames;
    private volatile boolean written;

    OpenSegment(String stream, long cutOffset, Cut first, List<SegmentMux> muxes) {
        this.stream = stream;
        this.session = first.session();
        this.next = first.id();
        this.firstCutOffset = cutOffset;
        this.firstPacketOffset = first.packets().firstOffset();
        this.graceMs = first.head().rules().graceMs();
        this.muxes = List.copyOf(muxes);
    }

    boolean isNext(Cut cut) {
        return cut.id().equals(next) && cut.session() == session;
    }

    /** The next part is muxed. */
    void advance() {
        next = next.next();
    }

    /** Called when every part of the segment is in the index. */
    void written() {
        written = true;
    }

    boolean isWritten() {
        return written;
    }
}
