package io.millrace.edge.http;

import java.time.Duration;

/**
 * How long and how many HTTP connections may be without doing what they came for, and how much a request may be.
 * Immutable.
 *
 * @param headers from the connection, or from the first byte of a further request, to the end of the request's headers
 * @param idle from a response to the next request
 * @param blocked without the peer taking a byte that we have for it
 * @param connections in all
 * @param perAddress of one IPv4 address, or of one /64 of IPv6
 * @param lineBytes of a request line
 * @param headersBytes of all headers of a request together
 * @param headerCount of them
 */
public record HttpLimits(Duration headers, Duration idle, Duration blocked, int connections, int perAddress,
        int lineBytes, int headersBytes, int headerCount) {

    /**
     * A request line has room for the longest stream's name twice over. A fifth of all connections is enough for an address
     * that thousands of people share, and too little to keep everybody else away.
     */
    public static final HttpLimits DEFAULT = new HttpLimits(Duration.ofSeconds(10), Duration.ofSeconds(60),
            Duration.ofSeconds(30), 50_000, 10_000, 8 * 1024, 8 * 1024, 100);
}
