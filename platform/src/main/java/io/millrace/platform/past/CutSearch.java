package io.millrace.platform.past;

import io.millrace.platform.log.Cut;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.Packet;
import io.millrace.platform.timeline.Tracks;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** A search of one stream's cuts, in log order, from some cut on. A pure fold; confined to one thread. */
sealed interface CutSearch {
    /**
     * Counts a record of any stream; a cut of the searched stream is counted before it is folded. Returns whether to
     * continue.
     *
     * @throws ReadLimitException if the budget of the search is exhausted
     */
    boolean count(ConsumerRecord<?, ?> record);

    /** Folds the next cut. Returns whether to continue. */
    boolean fold(long offset, Cut cut);

    /** Whether the cut that the search is about was among the cuts. If not, the search has to begin further back. */
    boolean isFound();

    /**
     * Searches for the tracks of the segment of an index entry, which only the segment's first cut contains. Also
     * reports the tracks of all other segments of the epoch whose first cut it folds.
     */
    final class Head implements CutSearch {
        private final IndexEntry entry;
        private final ReadBudget budget;
        private final long beyondBytes;
        private final Consumer<SegmentTracks> passed;
        private Tracks newest = new Tracks(null, null);
        private SegmentTracks found;
        private boolean isBeyond;
        private long readBeyondBytes;

        /**
         * @param beyondBytes how many bytes to read beyond the first cut of the segment; 0 to stop there
         * @param passed receives the tracks of each segment, possibly more than once
         */
        Head(IndexEntry entry, ReadBudget budget, long beyondBytes, Consumer<SegmentTracks> passed) {
            this.entry = entry;
            this.budget = budget;
            this.beyondBytes = beyondBytes;
            this.passed = passed;
        }

        @Override
        public boolean count(ConsumerRecord<?, ?> record) {
            if (isBeyond) {
                readBeyondBytes += Math.max(0, record.serializedValueSize());
            } else {
                budget.spend(record);
            }
            return readBeyondBytes <= beyondBytes;
        }

        @Override
        public boolean fold(long offset, Cut cut) {
            if (cut.id().epoch() != entry.id().epoch()) {
                return cut.id().epoch() < entry.id().epoch();
            }
            if (cut.head() != null) {
                var tracks = new SegmentTracks(cut.id().segment(), offset, shared(Tracks.of(cut.head())));
                passed.accept(tracks);
                if (found == null && cut.id().isInSegmentOf(entry.id())) {
                    found = tracks;
                }
            }
            isBeyond |= !cut.id().isInSegmentBefore(entry.id());
            return !isBeyond || beyondBytes > 0;
        }

        /** Segments of equal configurations share one object. */
        private Tracks shared(Tracks tracks) {
            if (!tracks.equals(newest)) {
                newest = tracks;
            }
            return newest;
        }

        @Override
        public boolean isFound() {
            return found != null;
        }

        /** Returns the segment's tracks; empty if the segment's first cut was not among the cuts. */
        Optional<SegmentTracks> found() {
            return Optional.ofNullable(found);
        }
    }

    /**
     * Searches for the first packet of the leading track at or after a time, which must not be before the part of
     * {@code entry}.
     */
    final class End implements CutSearch {
        /** Times of parts are in ticks of 90 kHz. */
        private static final long TICKS_PER_MS = 90;

        private final IndexEntry entry;
        private final ReadBudget budget;
        private final long timeMs;
        private boolean reached;
        private OptionalLong offset = OptionalLong.empty();

        /** @param timeMs PROGRAM-DATE-TIME, ms since 1970 */
        End(IndexEntry entry, ReadBudget budget, long timeMs) {
            this.entry = entry;
            this.budget = budget;
            this.timeMs = timeMs;
        }

        @Override
        public boolean count(ConsumerRecord<?, ?> record) {
            budget.spend(record);
            return true;
        }

        @Override
        public boolean fold(long offsetOfCut, Cut cut) {
            boolean isSegment = cut.id().isInSegmentOf(entry.id());
            reached |= isSegment && cut.id().part() == entry.id().part();
            if (!reached) {
                return isSegment || cut.id().isInSegmentBefore(entry.id());
            }
            offset = first(cut);
            return offset.isEmpty();
        }

        /**
         * Returns the offset of the first sample of the leading track at or after the time. The samples of a track are in
         * decoding order, and the cut contains the time of its first sample; audio samples are not told apart within a cut.
         */
        private OptionalLong first(Cut cut) {
            Packet.Kind leading = cut.samples().stream().anyMatch(s -> s.kind() == Packet.Kind.VIDEO && s.track() == 0)
                    ? Packet.Kind.VIDEO
                    : Packet.Kind.AUDIO;
            long startDts = Long.MIN_VALUE;
            for (Cut.Sample sample : cut.samples()) {
                if (sample.kind() != leading || sample.track() != 0) {
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

        /** Returns the offset of the packet in {@code packets}; empty if no cut contained such a packet. */
        OptionalLong offset() {
            return offset;
        }
    }
}
