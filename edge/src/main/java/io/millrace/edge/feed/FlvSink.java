package io.millrace.edge.feed;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;

/** One viewer of tags. Every method is called on its {@link #loop}, and never after {@link #end} or a leave. */
public interface FlvSink {
    EventExecutor loop();

    /**
     * The first call: what a player needs before the first tag, in one piece.
     *
     * @param opening file header, onMetaData and sequence headers; borrowed
     */
    void start(ByteBuf opening);

    /** The next tags; borrowed. */
    void deliver(List<SharedTag> tags);

    /** Nothing follows. The first call, if the stream cannot be shown. */
    void end();
}
