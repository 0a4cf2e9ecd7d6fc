package io.millrace.simulation;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** How much of the pipeline a simulation runs. The less, the more seeds a second. */
enum Depth {
    /** Ingest nodes. */
    SESSIONS(1, EnumSet.range(Fault.KILL, Fault.TRACKS)),
    /** Segmenters, too. */
    SEGMENTS(8, EnumSet.range(Fault.KILL, Fault.SLOW_SEGMENTER)),
    /** Packagers, edges and viewers, too. */
    VIEWERS(16, EnumSet.allOf(Fault.class));

    private final int divisor;
    private final Set<Fault> faults;

    Depth(int divisor, Set<Fault> faults) {
        this.divisor = divisor;
        this.faults = faults;
    }

    /** The faults that concern it. */
    Set<Fault> faults() {
        return Collections.unmodifiableSet(faults);
    }

    /** The share of {@code seeds} that is tried. */
    long of(long seeds) {
        return seeds / divisor;
    }
}
