package io.millrace.edge.log;

import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.millrace.platform.log.RenditionId;
import io.millrace.platform.log.SegmentStart;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Reads the bytes of parts by their offsets in the log. Thread-safe; never blocks. */
public interface PartSource {
    /** The result of a read. */
    sealed interface Answer {
        /**
         * The parts.
         *
         * @param bytes the bytes of the parts, in order, in at least one buffer; the caller must release each buffer
         * @param check checksum of the parts' checksums, so that it depends on the bytes and on their division into
         *     parts
         */
        record Bytes(List<ByteBuf> bytes, int check) implements Answer {}

        /** The log no longer retains the parts: they have expired, or the log has lost them. */
        record Expired() implements Answer {}
    }

    /**
     * Reads consecutive parts of a segment. Fails with {@link BusyException} if too many reads wait or memory is short,
     * and with a TimeoutException after some seconds. Never returns another part that is at one of the places: the log
     * uses offsets again after it has lost records.
     *
     * @param rendition the rendition of the parts
     * @param first identity of the first part
     * @param start how the segment continues its epoch
     * @param parts the places of the parts, in order, at least one; all parts of the segment if they are derived
     */
    CompletionStage<Answer> read(Requester requester, String stream, RenditionId rendition, PartId first,
            SegmentStart start, List<PartPlace> parts);
}
