package io.millrace.edge.meters;

import java.util.Locale;

/** Why this edge closed an HTTP connection: the label {@code reason} of {@code millrace_connections_closed_total}. */
public enum HttpCloseReason {
    /** No complete request arrived in time. */
    HEADER_TIMEOUT,
    /** No further request arrived in time. */
    IDLE,
    /** The peer stopped reading its response. */
    BLOCKED,
    /** The limit of connections was reached, in total or for one address. */
    TOO_MANY, TOO_MANY_OF_ADDRESS,
    /** The memory for client requests was exhausted, and this connection was shed first. */
    MEMORY,
    /** The request line or the headers were too long, or there were too many headers. */
    OVER_LIMIT,
    /** The request had a body; no endpoint accepts one. */
    BODY,
    /** The bytes were not HTTP, or violated HTTP/2. */
    MALFORMED,
    /** Too many HTTP/2 frames that are not requests, or too many requests that the client cancelled. */
    FLOOD,
    /** The TLS handshake failed, or what came after it was not TLS. */
    TLS,
    /** The PROXY header was malformed. */
    PROXY_HEADER,
    /** A bug in the edge. */
    INTERNAL_ERROR;

    /** Counts this reason in {@code meters}. */
    public void count(EdgeMeters meters) {
        meters.closed("http", label());
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
