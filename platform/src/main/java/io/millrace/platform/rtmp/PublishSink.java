package io.millrace.platform.rtmp;

import java.nio.ByteBuffer;

/** Takes what one accepted publisher sends. All calls come from the connection's event loop and must not block. */
public interface PublishSink {
    enum Kind { AUDIO, VIDEO, DATA }

    /**
     * One message.
     *
     * @param kind audio (type 8), video (9) or data (18, 15; {@code @setDataFrame} already stripped)
     * @param timestamp the 32 bits of the message, ms
     * @param body an FLV tag body; transferred: the sink may keep it, nobody else writes to it
     */
    void message(Kind kind, int timestamp, ByteBuffer body);

    /** The last call: the publisher is gone. */
    void ended(End end, String detail);

    enum End {
        /** FCUnpublish, closeStream or deleteStream. */
        UNPUBLISHED,
        /** The connection broke or went silent. */
        DISCONNECTED,
        /** {@link Publisher#close}, bad input, a limit, or the server's shutdown. */
        CLOSED_BY_SERVER
    }
}
