package io.millrace.launcher.cluster;

import java.io.IOException;

/** Somebody who watches one stream at one edge for as long as the test runs. */
interface Viewer extends Runnable {
    String stream();

    int edge();

    Arrivals arrivals();

    /** How long it is between two new things when all is well: the length of a segment, or nothing. */
    long normalGapNanos();

    /** Ends {@link #run} soon. */
    void end() throws IOException;
}
