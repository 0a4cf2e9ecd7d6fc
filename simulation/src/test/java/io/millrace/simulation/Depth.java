package io.millrace.simulation;

import java.util.EnumSet;
import java.util.Set;

/** How much of the pipeline a simulation runs. The less, the more seeds a second. */
enum Depth {
    /** Ingest nodes. */
    SESSIONS(1),
    /** Segmenters, too. */
    SEGMENTS(8),
    /** Packagers, edges and viewers, too. */
    VIEWERS(16);

    private final int divisor;

    Depth(int divisor) {
        this.divisor = divisor;
    }

    /** Returns the faults that something can suffer at this depth. */
    Set<Fault> faults() {
        Set<Fault> faults = EnumSet.allOf(Fault.class);
        faults.removeIf(fault -> !includes(fault.depth()));
        return faults;
    }

    boolean includes(Depth other) {
        return compareTo(other) >= 0;
    }

    /** The share of {@code seeds} that is tried. */
    long of(long seeds) {
        return seeds / divisor;
    }
}
