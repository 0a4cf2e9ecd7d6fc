package io.millrace.launcher.past;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import java.util.OptionalLong;

/**
 * Looks in the cuts of one stream, in the order of the log, for what the index does not say: the head of a segment, and
 * where in {@code packets} a time is. A pure fold; confined to one thread.
 */
final class CutSearch {
    /** Exact to a tick of 90 kHz. */
    private static final long TICKS_PER_MS = 90;

    private final IndexEntry entry;
    private final long untilMs;
    private Cut.SegmentHead head;
    private boolean reached;
    private OptionalLong end = OptionalLong.empty();

    /** For the head of the segment of {@code entry} alone. */
    static CutSearch head(IndexEntry entry) {
        return new CutSearch(entry, Long.MIN_VALUE);
    }

    /** For the first packet at or after {@code untilMs}, which is not before the part of {@code entry}. */
    static CutSearch end(IndexEntry entry, long untilMs) {
        return new CutSearch(entry, untilMs);
    }

    private CutSearch(IndexEntry entry, long untilMs) {
        this.entry = entry;
        this.untilMs = untilMs;
    }

    /** The same search from the beginning. */
    CutSearch again() {
        return new CutSearch(entry, untilMs);
    }

    /** Reads on. Gives whether to go on. */
    boolean fold(Cut cut) {
        if (cut.epoch() == entry.epoch() && cut.segment() == entry.segment()) {
            head = cut.head() != null ? cut.head() : head;
            reached |= cut.part() == entry.part();
        }
        if (!reached) {
            return cut.epoch() <= entry.epoch();
        }
        if (untilMs == Long.MIN_VALUE) {
            return false;
        }
        end = first(cut);
        return end.isEmpty();
    }

    /**
     * The first sample of the leading track that is due at or after the time: frames are due in the order of decoding, and
     * the cut says when its first is.
     */
    private OptionalLong first(Cut cut) {
        Packet.Kind leading = cut.samples().stream().anyMatch(s -> s.kind() == Packet.Kind.VIDEO)
                ? Packet.Kind.VIDEO
                : Packet.Kind.AUDIO;
        long startDts = Long.MIN_VALUE;
        for (Cut.Sample sample : cut.samples()) {
            if (sample.kind() != leading) {
                continue;
            }
            startDts = startDts == Long.MIN_VALUE ? sample.dts() : startDts;
            long sinceMs = leading == Packet.Kind.VIDEO ? (sample.dts() - startDts) / TICKS_PER_MS : 0;
            if (cut.programDateTimeMs() + sinceMs >= untilMs) {
                return OptionalLong.of(cut.firstOffset() + sample.offsetDelta());
            }
        }
        return OptionalLong.empty();
    }

    /** Null if the segment's first cut was not seen. */
    Cut.SegmentHead head() {
        return head;
    }

    boolean isReached() {
        return reached;
    }

    /** Offset in {@code packets}. */
    OptionalLong end() {
        return end;
    }
}
