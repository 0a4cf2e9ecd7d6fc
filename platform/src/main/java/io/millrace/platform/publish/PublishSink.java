package io.millrace.platform.publish;

import java.nio.ByteBuffer;

/** Receives the media of one accepted publisher. All calls come on {@link Publisher#loop} and must not block. */
public interface PublishSink {
    enum Kind {
        AUDIO, VIDEO,
        /** Metadata and other messages that belong to no track. */
        DATA
    }

    /**
     * Receives one message: a frame, a configuration or metadata of one track, or of several tracks in an Enhanced RTMP
     * multitrack message.
     *
     * @param timestampMs decoding time in ms, unwrapped by the protocol; jumps where the encoder's clock jumps
     * @param body an FLV tag body, which names its tracks if they are not the default ones; for data, an AMF name and
     *     its values, without the RTMP command {@code @setDataFrame} before them. Ownership passes to the sink, which
     *     may keep it: the caller no longer writes to it
     */
    void message(Kind kind, long timestampMs, ByteBuffer body);

    /**
     * The publish has ended. This is the last call.
     *
     * @param detail reason for the log and for users
     */
    void ended(End end, String detail);

    enum End {
        /** The encoder ended the stream, such as by FCUnpublish, closeStream or deleteStream of RTMP. */
        UNPUBLISHED,
        /** The connection broke, or nothing arrived for too long. */
        DISCONNECTED,
        /** The server ended the publish: {@link Publisher#close}, malformed input, a limit, or its shutdown. */
        CLOSED_BY_SERVER
    }
}
