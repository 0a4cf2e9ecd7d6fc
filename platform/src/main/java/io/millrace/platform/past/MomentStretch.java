package io.millrace.platform.past;

import java.util.List;

/**
 * What the index tells of an epoch from a little before a span of time to a little after it: the answer for every moment of
 * that span, wherever nothing of the epoch is left out. Immutable.
 *
 * @param entries in the order of the log
 * @param settled whether what comes in the log later changes nothing
 */
public record MomentStretch(List<Moment.At> entries, boolean settled) {
    public MomentStretch {
        entries = List.copyOf(entries);
    }

    /** @param timeMs a moment of the span, ms since 1970 */
    public Moment find(long timeMs) {
        return search(timeMs).result();
    }

    MomentSearch search(long timeMs) {
        var search = new MomentSearch(timeMs);
        for (Moment.At at : entries) {
            if (!search.fold(at.offset(), at.entry())) {
                return search;
            }
        }
        search.endReached();
        return search;
    }
}
