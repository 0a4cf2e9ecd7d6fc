package io.millrace.edge.view;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The rule by which the front of an epoch follows from the parts of its CMAF renditions (decision 0034). Pure:
 * stateless.
 *
 * <p>A rendition has a part if it has that part or any later one, or if its segment is closed: completely, by a gap, or
 * by a later segment. From segment 2 on, a rendition counts only if it has a record of the segment before the newest one: the records of a
 * segment in all renditions precede those of the segment after the next, so it cannot have any of that segment any
 * more.
 */
final class FrontRule {
    private static final int WHOLE = Integer.MAX_VALUE;
    /** From this segment on, renditions without records of the segment before do not count. */
    static final long FIRST_WITHOUT_ABSENT = 2;

    private FrontRule() {}

    /**
     * Returns the front; empty before a part is in all renditions.
     *
     * @param renditions the parts of all renditions that the epoch has by its tracks
     */
    static Optional<Front> of(Collection<RecentParts> renditions) {
        long newest = renditions.stream().mapToLong(RecentParts::newest).max().orElse(-1);
        List<RecentParts> counting = counting(renditions, newest);
        return newest < 0
                ? Optional.empty()
                : counting.stream().map(FrontRule::end).min(Front::compareTo).flatMap(end -> named(end, counting));
    }

    private static List<RecentParts> counting(Collection<RecentParts> renditions, long newest) {
        if (newest < FIRST_WITHOUT_ABSENT) {
            return List.copyOf(renditions);
        }
        List<RecentParts> counting = renditions.stream().filter(each -> each.has(newest - 1)).toList();
        return counting.isEmpty() ? renditions.stream().filter(each -> each.has(newest)).toList() : counting;
    }

    /** Returns the newest part of a rendition; {@link #WHOLE} in a segment that is closed. */
    private static Front end(RecentParts rendition) {
        SegmentParts newest = rendition.of(rendition.newest());
        return new Front(rendition.newest(), newest.closed() ? WHOLE : newest.size() - 1);
    }

    /** Replaces {@link #WHOLE} by the number of the last part, which is that of the rendition with the most parts. */
    private static Optional<Front> named(Front end, List<RecentParts> counting) {
        if (end.segment() < 0) {
            return Optional.empty();
        }
        return Optional.of(end.part() != WHOLE
                ? end
                : new Front(end.segment(), counting.stream().mapToInt(each -> each.of(end.segment()).size()).max()
                        .orElseThrow() - 1));
    }
}
