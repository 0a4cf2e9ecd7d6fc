package io.millrace.packager.loop;

import io.millrace.platform.log.Gap;
import io.millrace.platform.log.IndexEntry;
import io.millrace.platform.log.IndexedPart;
import io.millrace.platform.log.PartId;
import io.millrace.platform.log.RenditionId;
import java.util.HashMap;
import java.util.Map;

/**
 * The gaps that the index of one partition contained when it was taken over, of segments that may still have to be
 * processed. The new owner must not write parts of them: a reader that begins after the gap would list the parts.
 * Confined to the partition's worker.
 */
final class RecordedGaps {
    private static final long NONE = -1;

    private final Map<Key, Recorded> gaps = new HashMap<>();
    /** For each segment, the number after its last part in the index. */
    private final Map<Key, Integer> parts = new HashMap<>();

    private long oldestOffset = NONE;
    private long indexEnd;
    private long segmentsEnd;

    private record Key(String stream, long epoch, long segment, RenditionId rendition) {}

    private record Recorded(long offset, Gap gap) {}

    /**
     * Adds the next part or gap of the index. A gap after a part of the same number is void: a packager that was
     * replaced may have written it late. A gap of a rendition without media need not be remembered: it follows from the
     * cuts, so the new owner writes the same parts and the same gap again, and MPEG-TS is made from these parts.
     *
     * @param offset offset of the record in {@code index}
     */
    void add(long offset, String stream, IndexedPart next) {
        Key key = new Key(stream, next.epoch(), next.id().segment(), next.rendition());
        switch (next) {
            case IndexEntry entry -> parts.merge(key, entry.id().part() + 1, Math::max);
            case Gap gap -> {
                if (gap.reason() != Gap.Reason.EMPTY && gap.id().part() >= parts.getOrDefault(key, 0)) {
                    gaps.putIfAbsent(key, new Recorded(offset, gap));
                }
            }
        }
    }

    /**
     * The whole index has been read.
     *
     * @param indexEnd offset in {@code index} that reading ended at
     * @param segmentsEnd end of {@code segments}, queried after that of the index: all cuts of these gaps precede it
     */
    void complete(long indexEnd, long segmentsEnd) {
        parts.clear();
        this.indexEnd = indexEnd;
        this.segmentsEnd = segmentsEnd;
        changed();
    }

    long indexEnd() {
        return indexEnd;
    }

    /** Returns the end of {@code segments}, which all cuts of these gaps precede. */
    long segmentsEnd() {
        return segmentsEnd;
    }

    /** Returns whether the segment that contains {@code part} is recorded as a gap. */
    boolean contains(String stream, PartId part, RenditionId rendition) {
        return gaps.containsKey(new Key(stream, part.epoch(), part.segment(), rendition));
    }

    /** Returns the offset of the oldest gap, or {@code otherwise} if there is none. */
    long oldestOffset(long otherwise) {
        return oldestOffset == NONE ? otherwise : oldestOffset;
    }

    boolean isEmpty() {
        return gaps.isEmpty();
    }

    /** Forgets the gaps of a stream up to a segment, which is processed now. */
    void forget(String stream, PartId upTo) {
        if (gaps.entrySet().removeIf(entry -> entry.getKey().stream().equals(stream)
                && !upTo.isInSegmentBefore(entry.getValue().gap().id()))) {
            changed();
        }
    }

    /** Forgets all gaps: no segmenter writes their cuts again. */
    void forgetAll() {
        gaps.clear();
        changed();
    }

    private void changed() {
        oldestOffset = gaps.values().stream().mapToLong(Recorded::offset).min().orElse(NONE);
    }
}
