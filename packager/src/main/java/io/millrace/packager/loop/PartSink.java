package io.millrace.packager.loop;

import io.millrace.packager.mux.MuxedPart;

/** Writes parts, in order, and then their index entries. */
interface PartSink {
    /** Whether another part can be written now. Does not block. */
    boolean hasRoom();

    /**
     * Writes a part, then its index entry.
     *
     * @param indexed called on any thread when the index entry is in the log
     */
    void write(int partition, String stream, MuxedPart part, Runnable indexed);
}
