package io.millrace.edge.view;

import io.millrace.platform.log.IndexedPart;
import java.util.ArrayList;
import java.util.List;

/**
 * The known parts of a live segment in one rendition, from part 0 on. A recorded gap counts as a part. Immutable.
 *
 * @param parts the parts by number
 * @param closed whether no part follows
 */
record SegmentParts(List<LivePart> parts, boolean closed) {
    static final SegmentParts NONE = new SegmentParts(List.of(), false);

    SegmentParts {
        parts = List.copyOf(parts);
    }

    SegmentParts with(IndexedPart next) {
        List<LivePart> more = new ArrayList<>(parts);
        more.add(LivePart.of(next));
        return new SegmentParts(more, next.last());
    }

    /** Returns these parts without their media, because the segment is withdrawn. */
    SegmentParts withdrawn() {
        return new SegmentParts(parts.stream().map(LivePart::withdrawn).toList(), closed);
    }

    int size() {
        return parts.size();
    }

    /** Returns whether the segment is complete, or recorded as a gap, by its part {@code part}. */
    boolean isClosedBy(int part) {
        return closed && size() - 1 <= part;
    }

    long durationTicks() {
        return parts.stream().mapToLong(LivePart::durationTicks).sum();
    }
}
