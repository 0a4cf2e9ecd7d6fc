package io.millrace.packager.loop;

import io.millrace.packager.mux.MuxedPart;
import io.millrace.platform.log.Gap;
import java.util.function.LongConsumer;

/** Writes what becomes of the parts of one partition, in order. Confined to the partition's worker. */
interface PartSink {
    /** Whether another part can be written now. Does not block. */
    boolean hasRoom();

    /**
     * Writes a part, then its index entry.
     *
     * @param indexed called on the worker with the offset of the index entry when it is in the log
     */
    void write(String stream, MuxedPart part, LongConsumer indexed);

    /**
     * Writes a gap to the index.
     *
     * @param indexed called on the worker with the offset of the gap when it is in the log
     */
    void write(String stream, Gap gap, LongConsumer indexed);
}
