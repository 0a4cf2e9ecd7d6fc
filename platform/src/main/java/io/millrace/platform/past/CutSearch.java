package io.millrace.platform.past;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import java.util.OptionalLong;

/** A search of one stream's cuts, in log order, from some cut on. A pure fold; confined to one thread. */
sealed interface CutSearch {
    /** Folds the next cut. Returns whether to continue. */
    boolean fold(Cut cut);

    /** Whether the search began early enough. */
    boolean isFound();

    /** The head of the segment of {@code entry}, which only the segment's first cut contains. */
    final class Head implements CutSearch {
        private final IndexEntry entry;
        private Cut.SegmentHead head;

        Head(IndexEntry entry) {
            this.entry = entry;
        }

        @Override
        public boolean fold(Cut cut) {
            if (cut.id().isInSegmentOf(entry.id())) {
                head = cut.head();
                return false;
            }
            return cut.id().isInSegmentBefore(entry.id());
        }

        @Override
        public boolean isFound() {
            return head != null;
        }

        /** Returns null if the segment's first cut was not among the cuts. */
        Cut.SegmentHead head() {
            return head;
        }
    }

    /** The first packet at or after a time that is not before the part of {@code entry}. */
    final class End implements CutSearch {
        /** Exact to a tick of 90 kHz. */
        private static final long TICKS_PER_MS = 90;

        private final IndexEntry entry;
        private final long timeMs;
        private boolean reached;
        private OptionalLong offset = OptionalLong.empty();

        /** @param timeMs PROGRAM-DATE-TIME, ms since 1970 */
        End(IndexEntry entry, long timeMs) {
            this.entry = entry;
            this.timeMs = timeMs;
        }

        @Override
        public boolean fold(Cut cut) {
            boolean isSegment = cut.id().isInSegmentOf(entry.id());
            reached |= isSegment && cut.id().part() == entry.id().part();
            if (!reached) {
                return isSegment || cut.id().isInSegmentBefore(entry.id());
            }
            offset = first(cut);
            return offset.isEmpty();
        }

        /**
         * Returns the offset of the first sample of the leading track at or after the time. Frames are in decoding
         * order, and the cut contains the time of its first frame.
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
                if (cut.times().programDateTimeMs() + sinceMs >= timeMs) {
                    return OptionalLong.of(cut.packets().offsetOf(sample));
                }
            }
            return OptionalLong.empty();
        }

        @Override
        public boolean isFound() {
            return reached;
        }

        /** Returns the offset of the packet in {@code packets}; empty if there was none among the cuts. */
        OptionalLong offset() {
            return offset;
        }
    }
}
