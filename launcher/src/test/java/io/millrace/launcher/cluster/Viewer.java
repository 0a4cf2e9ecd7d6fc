package io.millrace.launcher.cluster;

import java.io.IOException;

/** Watches one stream at one edge for the whole duration of the test. */
interface Viewer extends Runnable {
    String stream();

    int edge();

    Arrivals arrivals();

    /** Returns the interval at which new media normally arrives: the duration of a segment, or 0. */
    long normalGapNanos();

    /** Makes {@link #run} end soon. */
    void end() throws IOException;
}
