package io.millrace.packager.loop;

import io.millrace.packager.mux.SegmentMux;
import io.millrace.platform.log.Cut;
import java.util.List;

/**
 * A segment between its first cut and the acknowledgement of its last index entry. While it is open, a restart has to
 * begin at its first cut.
 *
 * <p>Confined to the loop, except for {@link #isWritten} and {@link #written}, which are thread-safe.
 */
final class OpenSegment {
    final String stream;
    final long epoch;
    final long session;
    final long number;
    /** Offset in {@code segments}. */
    final long firstCutOffset;
    /** Offset in {@code packets}. */
    final long firstPacketOffset;
    final int graceMs;
    final List<SegmentMux> muxes;
    int nextPart;
    long lastArrivalUs;
    int droppedFrames;
    private volatile boolean written;

    OpenSegment(String stream, long cutOffset, Cut first, List<SegmentMux> muxes) {
        this.stream = stream;
        this.epoch = first.epoch();
        this.session = first.session();
        this.number = first.segment();
        this.firstCutOffset = cutOffset;
        this.firstPacketOffset = first.firstOffset();
        this.graceMs = first.head().rules().graceMs();
        this.muxes = List.copyOf(muxes);
    }

    boolean isNext(Cut cut) {
        return cut.epoch() == epoch && cut.segment() == number && cut.session() == session && cut.part() == nextPart;
    }

    /** Called when every part of the segment is in the index. */
    void written() {
        written = true;
    }

    boolean isWritten() {
        return written;
    }
}
