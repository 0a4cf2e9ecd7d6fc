package io.millrace.edge.http;

import io.millrace.edge.EdgeMeters;
import java.util.Locale;

/** Why this edge ended a connection of HTTP: the tag {@code reason} of its meter. */
public enum CloseReason {
    /** No complete request in time. */
    HEADER_TIMEOUT,
    /** No further request in time. */
    IDLE,
    /** A peer that takes no byte of what we have for it. */
    BLOCKED,
    /** More connections than {@link HttpLimits} allows, in all or of one address. */
    TOO_MANY, TOO_MANY_OF_ADDRESS,
    /** The memory for what all clients send was used up, and this one was the first to go. */
    MEMORY,
    /** A request line or headers that are longer than allowed, or too many headers. */
    OVER_LIMIT,
    /** A request with a body, which nothing here wants. */
    BODY,
    /** Not HTTP/1. */
    MALFORMED,
    /** A broken PROXY header. */
    PROXY_HEADER,
    /** A bug of ours. */
    INTERNAL_ERROR;

    /** @param meters counts it there */
    void count(EdgeMeters meters) {
        meters.closed("http", label());
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
