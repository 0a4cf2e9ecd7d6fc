package io.millrace.edge.feed;

import io.millrace.edge.live.PartRef;
import io.netty.buffer.ByteBuf;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Media bytes by their offset in the log. Thread-safe; never blocks. */
public interface PartSource {
    /** What became of a read. */
    sealed interface Answer {
        /** @param bytes of each part in order; transferred: the taker releases each */
        record Bytes(List<ByteBuf> bytes) implements Answer {}

        /** The log does not hold them any more. */
        record Expired() implements Answer {}
    }

    /** Reads {@code parts} of {@code stream}; fails with {@link BusyException} if too many reads wait already. */
    CompletionStage<Answer> read(String stream, List<PartRef> parts);
}
