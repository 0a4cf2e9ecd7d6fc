package io.millrace.edge.http;

import java.time.Duration;

/**
 * Limits on the time, number and request size of HTTP connections. Immutable.
 *
 * @param headers time from the connection, or from the first byte of a further request, to the end of the request
 *     headers
 * @param idle time from a response to the next request
 * @param blocked time during which the peer reads no byte of pending data
 * @param connections maximum number of connections in total
 * @param perAddress maximum number of connections per IPv4 address or IPv6 /64
 * @param lineBytes maximum size of a request line
 * @param headersBytes maximum size of all headers of a request together
 * @param headerCount maximum number of headers of a request
 */
public record HttpLimits(Duration headers, Duration idle, Duration blocked, int connections, int perAddress,
        int lineBytes, int headersBytes, int headerCount) {

    /**
     * A request line has room for twice the longest stream name. One address may hold a fifth of all connections:
     * enough for one that thousands of people share, and too little to lock out everybody else.
     */
    public static final HttpLimits DEFAULT = new HttpLimits(Duration.ofSeconds(10), Duration.ofSeconds(60),
            Duration.ofSeconds(30), 50_000, 10_000, 8 * 1024, 8 * 1024, 100);
}
