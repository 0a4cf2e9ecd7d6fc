package io.millrace.packager.loop;

import io.millrace.platform.log.Format;
import io.millrace.platform.log.Gap;
import io.millrace.platform.log.PartId;
import java.util.HashMap;
import java.util.Map;

/**
 * The gaps that the index of one partition contains, of segments that may still have to be processed. A packager that
 * takes a partition over must not write parts of them: a reader that begins after the gap would list the parts.
 * Confined to the partition's worker.
 */
final class RecordedGaps {
    private final Map<Key, Recorded> gaps = new HashMap<>();

    private record Key(String stream, long epoch, long segment, Format format) {}

    private record Recorded(long offset, Gap gap) {}

    /** @param offset offset of the record in {@code index} */
    void add(long offset, String stream, Gap gap) {
        gaps.putIfAbsent(new Key(stream, gap.id().epoch(), gap.id().segment(), gap.format()),
                new Recorded(offset, gap));
    }

    /** Returns whether the segment that contains {@code part} is recorded as a gap. */
    boolean contains(String stream, PartId part, Format format) {
        return gaps.containsKey(new Key(stream, part.epoch(), part.segment(), format));
    }

    /** Returns the offset of the oldest gap, or {@code otherwise} if there is none. */
    long oldestOffset(long otherwise) {
        return gaps.values().stream().mapToLong(Recorded::offset).min().orElse(otherwise);
    }

    /** Forgets the gaps of a stream up to a segment, which is processed now. */
    void forget(String stream, PartId upTo) {
        gaps.entrySet().removeIf(entry -> entry.getKey().stream().equals(stream)
                && !upTo.isInSegmentBefore(entry.getValue().gap().id()));
    }

    /** Forgets the gaps whose packets arrived before a time, µs since 1970. */
    void forgetBefore(long arrivalUs) {
        gaps.values().removeIf(recorded -> recorded.gap().times().arrivalUs() < arrivalUs);
    }
}
