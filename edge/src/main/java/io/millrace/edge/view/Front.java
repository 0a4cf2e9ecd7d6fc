package io.millrace.edge.view;

import java.util.Comparator;

/**
 * A position in an epoch: the parts up to this one. The front of an epoch is the newest part that all of its CMAF
 * renditions have (docs/decisions/0034-a-blocking-answer-is-a-fixed-fact.md). Immutable.
 *
 * @param segment media sequence number
 * @param part number in the segment
 */
public record Front(long segment, int part) implements Comparable<Front> {
    private static final Comparator<Front> ORDER = Comparator.comparingLong(Front::segment)
            .thenComparingInt(Front::part);

    @Override
    public int compareTo(Front other) {
        return ORDER.compare(this, other);
    }
}
