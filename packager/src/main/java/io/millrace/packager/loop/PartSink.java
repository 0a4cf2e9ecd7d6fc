package io.millrace.packager.loop;

import io.millrace.packager.mux.MuxedPart;
import io.millrace.platform.log.IndexRecord;
import io.millrace.platform.log.RenditionId;
import java.util.List;
import java.util.function.LongConsumer;

/** Writes the parts, gaps and ends of epochs of one partition, those of each stream in order. Confined to the partition's worker. */
interface PartSink {
    /** Whether another part can be written now. Does not block. */
    boolean hasRoom();

    /**
     * Writes a part, then its index entry.
     *
     * @param loggedMs Kafka timestamp of the part's cut
     * @param indexed called on the worker with the offset of the index entry when it is in the log
     */
    void write(String stream, MuxedPart part, long loggedMs, LongConsumer indexed);

    /**
     * Writes the index entry of a part that readers make from others, when those are in the log. The bytes of the part
     * are not written.
     *
     * @param sources renditions, at least one, of which the part of the same cut was passed to {@code write} just before
     * @param loggedMs Kafka timestamp of the part's cut
     * @param indexed called on the worker with the offset of the index entry when it is in the log
     */
    void derive(String stream, MuxedPart part, List<RenditionId> sources, long loggedMs, LongConsumer indexed);

    /**
     * Writes a gap or the end of an epoch to the index, after the records of everything that was written before for the stream.
     *
     * @param loggedMs Kafka timestamp of the record of {@code segments} that it results from
     * @param indexed called on the worker with the offset of the record when it is in the log
     */
    void write(String stream, IndexRecord record, long loggedMs, LongConsumer indexed);
}
