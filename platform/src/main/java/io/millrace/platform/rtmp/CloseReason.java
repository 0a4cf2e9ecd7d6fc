package io.millrace.platform.rtmp;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.util.Locale;

/** Why an RTMP connection ended: the value of the tag {@code reason} of {@code millrace_connections_closed_total}. */
public enum CloseReason {
    /** The peer or the network closed the connection, with or without a publish before. */
    PEER_CLOSED,
    /** The peer's input violates the standard, uses a feature that is not supported, or exceeds a limit. */
    MALFORMED, UNSUPPORTED, OVER_LIMIT,
    /** The TLS handshake failed, or the peer did not speak TLS to the RTMPS port. */
    TLS,
    /** A load balancer sent no PROXY header or a malformed one. */
    PROXY_HEADER,
    /** The memory for incomplete messages was full, and this connection was the first to be closed. */
    MEMORY,
    /**
     * There were too many connections without an accepted publish or play, of which this one was the oldest; or too
     * many connections from one address. See {@link ConnectionLimits}.
     */
    TOO_MANY, TOO_MANY_OF_ADDRESS,
    /** The peer did not complete handshake, {@code connect} or {@code publish} in time. */
    HANDSHAKE_TIMEOUT, CONNECT_TIMEOUT, PUBLISH_TIMEOUT,
    /** The publisher sent nothing for too long. */
    IDLE,
    /** The peer read nothing for too long although bytes were waiting for it. */
    BLOCKED,
    /** The player read more slowly than its stream arrives. */
    SLOW,
    /** The operator disconnected the player. */
    KICKED,
    /** The player's token has expired. */
    EXPIRED,
    /** The stream that the player played has ended. */
    STREAM_ENDED,
    /** The request was not allowed or not valid. */
    REFUSED,
    /** Another publisher took the stream over. */
    TAKEN_OVER,
    /** The log did not accept the publisher's claim or one of its packets. */
    LOG,
    /** The disk of the log is nearly full. */
    DISK_FULL,
    /** The publisher sent more than its limits allow. */
    BITRATE,
    /** The server or the application shut down. */
    SHUTDOWN,
    /** A bug in this process. */
    INTERNAL_ERROR;

    static CloseReason of(MediaException fault) {
        return switch (fault) {
            case MalformedException _ -> MALFORMED;
            case UnsupportedException _ -> UNSUPPORTED;
            case OverLimitException _ -> OVER_LIMIT;
        };
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
