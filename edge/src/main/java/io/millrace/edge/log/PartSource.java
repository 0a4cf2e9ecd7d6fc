package io.millrace.edge.log;

import io.millrace.platform.log.PartPlace;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Media bytes by their offset in the log. Thread-safe; never blocks. */
public interface PartSource {
    /** The result of a read. */
    sealed interface Answer {
        /** @param bytes the bytes of each part in order; the caller must release each */
        record Bytes(List<ByteBuf> bytes) implements Answer {}

        /** The log no longer retains the parts. */
        record Expired() implements Answer {}
    }

    /** Reads {@code parts} of {@code stream}; fails with {@link BusyException} if too many reads wait already. */
    CompletionStage<Answer> read(Requester requester, String stream, List<PartPlace> parts);
}
