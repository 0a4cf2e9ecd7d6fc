package io.millrace.platform.log;

import java.util.Comparator;

/**
 * The identity of a part in its stream. Together with a {@link RenditionId}, it identifies a record of {@code parts}
 * and of {@code index}.
 *
 * @param epoch number of the epoch's first session
 * @param segment media sequence number, from 0 in an epoch
 * @param part number in the segment, from 0
 */
public record PartId(long epoch, long segment, int part) implements Comparable<PartId> {
    private static final Comparator<PartId> LOG_ORDER = Comparator.comparingLong(PartId::epoch)
            .thenComparingLong(PartId::segment).thenComparingInt(PartId::part);

    /** Returns whether this is the first part of its segment. */
    public boolean isFirst() {
        return part == 0;
    }

    /** Returns whether both parts belong to the same segment. */
    public boolean isInSegmentOf(PartId other) {
        return epoch == other.epoch && segment == other.segment;
    }

    /** Returns whether the segment of this part precedes that of {@code other}. */
    public boolean isInSegmentBefore(PartId other) {
        return epoch < other.epoch || epoch == other.epoch && segment < other.segment;
    }

    /** Orders the parts of a stream as in the log: by epoch, segment and part number. */
    @Override
    public int compareTo(PartId other) {
        return LOG_ORDER.compare(this, other);
    }

    /** Returns the identity of the next part of the same segment. */
    public PartId next() {
        return new PartId(epoch, segment, part + 1);
    }
}
