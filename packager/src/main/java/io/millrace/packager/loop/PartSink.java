package io.millrace.packager.loop;

import io.millrace.packager.mux.MuxedPart;
import io.millrace.platform.log.EpochEnded;

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

    /**
     * Writes the end of an epoch into the index, after the index entries of all earlier parts of the partition.
     *
     * @param indexed called on any thread when the record is in the log
     */
    void end(int partition, String stream, EpochEnded ended, Runnable indexed);
}
