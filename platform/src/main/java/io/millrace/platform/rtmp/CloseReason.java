package io.millrace.platform.rtmp;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.util.Locale;

/** Why a connection of the RTMP server ended: the tag {@code reason} of its meter. */
public enum CloseReason {
    /** The peer closed it, after a publish or without one, or the network did. */
    PEER_CLOSED, MALFORMED, UNSUPPORTED, OVER_LIMIT,
    /** A TLS handshake that failed, or bytes that are no TLS where only that is spoken. */
    TLS,
    /** No PROXY header, or a broken one, from a balancer that has to send it. */
    PROXY_HEADER,
    /** The memory that all peers may hold ran out, and this one was the first to go. */
    MEMORY,
    /** More connections than {@link ConnectionLimits} allows, in all or of one address. */
    TOO_MANY, TOO_MANY_OF_ADDRESS,
    /** No complete handshake, connect or publish in time. */
    HANDSHAKE_TIMEOUT, CONNECT_TIMEOUT, PUBLISH_TIMEOUT,
    /** A publisher that sent nothing. */
    IDLE,
    /** A peer that does not read what we write. */
    BLOCKED,
    /** A player that reads less than its stream has. */
    SLOW,
    /** A player that was let go by hand. */
    KICKED,
    /** What it played came to its end. */
    STREAM_ENDED,
    /** The request was not allowed or makes no sense. */
    REFUSED,
    /** Another publisher has the stream now. */
    TAKEN_OVER,
    /** The log does not take what the publisher sends. */
    LOG,
    /** The disk of the log has no room for what publishers send. */
    DISK_FULL,
    /** The publisher sends more than it may. */
    BITRATE,
    /** {@link RtmpServer#close}, or the application's end. */
    SHUTDOWN,
    /** A bug of ours. */
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
