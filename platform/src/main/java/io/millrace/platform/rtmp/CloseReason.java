package io.millrace.platform.rtmp;

import io.millrace.media.bytes.MalformedException;
import io.millrace.media.bytes.MediaException;
import io.millrace.media.bytes.OverLimitException;
import io.millrace.media.bytes.UnsupportedException;
import java.util.Locale;

/** Why a connection of the RTMP server ended: the tag {@code reason} of its meter. */
enum CloseReason {
    /** The peer closed it, after a publish or without one, or the network did. */
    PEER_CLOSED, MALFORMED, UNSUPPORTED, OVER_LIMIT,
    /** No complete handshake, connect or publish in time. */
    HANDSHAKE_TIMEOUT, CONNECT_TIMEOUT, PUBLISH_TIMEOUT,
    /** A publisher that sent nothing. */
    IDLE,
    /** A peer that does not read what we write. */
    BLOCKED,
    /** The request was not allowed or makes no sense. */
    REFUSED,
    /** {@link Publisher#close}. */
    APPLICATION,
    /** {@link RtmpServer#close}. */
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
