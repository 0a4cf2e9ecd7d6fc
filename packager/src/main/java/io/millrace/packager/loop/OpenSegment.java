package io.millrace.packager.loop;

import io.millrace.packager.mux.Rendition;
import io.millrace.platform.log.Cut;
import io.millrace.platform.log.PartId;
import java.util.List;

/**
 * A segment between its first cut and the acknowledgement of its last index record. While it is open, a restart has to
 * begin at its first cut. Confined to the partition's worker.
 */
final class OpenSegment {
    final String stream;
    final long session;
    /** Offset in {@code segments}. */
    final long firstCutOffset;
    /** Offset in {@code packets}. */
    final long firstPacketOffset;
    /** Offset in {@code index} that no record of this segment, or gap of a later one, precedes. */
    final long firstIndexOffset;
    final int graceMs;
    final List<Rendition> renditions;
    /** Work time of the partition when the newest cut was taken, ms. */
    long takenMs;
    private PartId next;
    private int unwritten;
    private boolean closed;

    OpenSegment(String stream, long cutOffset, long indexOffset, Cut first, List<Rendition> renditions) {
        this.stream = stream;
        this.session = first.session();
        this.next = first.id();
        this.firstCutOffset = cutOffset;
        this.firstPacketOffset = first.packets().firstOffset();
        this.firstIndexOffset = indexOffset;
        this.graceMs = first.head().rules().graceMs();
        this.renditions = List.copyOf(renditions);
    }

    boolean isNext(Cut cut) {
        return cut.id().equals(next) && cut.session() == session;
    }

    /** Whether the packets of its next cut are needed. */
    boolean needsPackets() {
        return renditions.stream().anyMatch(rendition -> !rendition.isMissing());
    }

    void taken(Cut cut, long workedMs) {
        next = next.next();
        takenMs = workedMs;
        closed |= cut.last();
    }

    /** A record of the segment is being written. */
    void writing() {
        unwritten++;
    }

    /** A record of the segment is in the index. */
    void written() {
        unwritten--;
    }

    /** Whether no further cut is expected. */
    boolean isClosed() {
        return closed;
    }

    /** No further cut is expected, although the last one has not been taken. */
    void abandon() {
        closed = true;
    }

    /** Whether the index contains all records that the segment will have. */
    boolean isWritten() {
        return closed && unwritten == 0;
    }
}
