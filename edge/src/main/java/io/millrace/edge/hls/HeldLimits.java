package io.millrace.edge.hls;

/**
 * Limits of the requests that wait for a part. Immutable.
 *
 * @param total maximum number in the process
 * @param perNetwork maximum number per IPv4 address or IPv6 /64
 */
public record HeldLimits(int total, int perNetwork) {
    /**
     * As many as there can be connections ({@code HttpLimits.DEFAULT}): one address may be a proxy or a whole campus.
     */
    public static final HeldLimits DEFAULT = new HeldLimits(50_000, 10_000);
}
