package io.millrace.packager.loop;

import io.millrace.packager.mux.MuxedPart;

/** Takes parts, in order, and writes them and then their index entries. */
interface PartSink {
    /** Whether another part may come: full is an answer, and nobody waits. */
    boolean hasRoom();

    /**
     * @param indexed called on any thread when the part's index entry is in the log
     */
    void write(int partition, String stream, MuxedPart part, Runnable indexed);
}
