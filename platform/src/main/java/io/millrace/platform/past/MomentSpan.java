package io.millrace.platform.past;

import java.util.List;

/**
 * The index entries of an epoch for a time span, with some margin before and after it, which are sufficient to find any
 * moment of the span. Immutable.
 *
 * @param entries the entries in log order, without omissions
 * @param settled whether later records of the log cannot change the results
 * @param overlapMs by how many ms the next segment may begin before the end of the last entry; 0 if settled
 */
public record MomentSpan(List<Moment.At> entries, boolean settled, long overlapMs) {
    /** Nothing is in the log yet. */
    public static final MomentSpan EMPTY = new MomentSpan(List.of(), false, 0);

    public MomentSpan {
        entries = List.copyOf(entries);
    }

    /**
     * Finds a moment of the span.
     *
     * @param timeMs PROGRAM-DATE-TIME within the span, ms since 1970
     */
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
        search.endReached(overlapMs);
        return search;
    }
}
