package io.millrace.platform.rtmp;

import java.nio.ByteBuffer;

/** Receives the media of one accepted publisher. All calls come from the connection's event loop and must not block. */
public interface PublishSink {
    enum Kind { AUDIO, VIDEO, DATA }

    /**
     * Receives one message.
     *
     * @param kind audio (type 8), video (9) or data (18, 15; {@code @setDataFrame} already stripped)
     * @param timestamp timestamp of the message in ms, 32 bits
     * @param body an FLV tag body, transferred: the sink may keep it, and it is not written to any more
     */
    void message(Kind kind, int timestamp, ByteBuffer body);

    /** The last call: the publish has ended. */
    void ended(End end, String detail);

    enum End {
        /** The encoder sent FCUnpublish, closeStream or deleteStream. */
        UNPUBLISHED,
        /** The connection broke, or nothing arrived for too long. */
        DISCONNECTED,
        /** The server ended the publish: {@link Publisher#close}, malformed input, a limit, or its shutdown. */
        CLOSED_BY_SERVER
    }
}
