package io.millrace.edge.log;

import io.millrace.platform.log.PartId;
import io.millrace.platform.log.PartPlace;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Media bytes by their offset in the log. Thread-safe; never blocks. */
public interface PartSource {
    /** The result of a read. */
    sealed interface Answer {
        /**
         * @param bytes the bytes of each part in order; the caller must release each
         * @param check checksum of the bytes of all parts, in the division into these parts
         */
        record Bytes(List<ByteBuf> bytes, int check) implements Answer {}

        /** The log no longer retains the parts: they have expired, or the log has lost them. */
        record Expired() implements Answer {}
    }

    /**
     * Reads consecutive parts of a segment; fails with {@link BusyException} if too many reads wait already. Another part
     * at one of the places is never returned: offsets are used again after the log has lost records.
     *
     * @param first identity of the first part
     * @param parts where the parts are
     */
    CompletionStage<Answer> read(Requester requester, String stream, PartId first, List<PartPlace> parts);
}
