package io.millrace.simulation;

import java.util.Locale;

/** The kinds of processes that a simulation runs. */
enum Stage {
    INGEST, SEGMENTER, PACKAGER, EDGE;

    /** Returns what a history calls a process of this stage. */
    String name(int number) {
        return (this == INGEST ? "node" : name().toLowerCase(Locale.ROOT)) + " " + number;
    }
}
