package io.millrace.platform.rtmp;

import io.millrace.media.rtmp.RtmpLimits;
import java.time.Duration;

/**
 * Limits for the connections of an RTMP server. Immutable.
 *
 * @param handshake time from the connection to the end of the handshake, including TLS and a PROXY header
 * @param connect time from the handshake to the end of {@code connect}
 * @param publish time from {@code connect} to {@code publish} or {@code play}, and from the end of one to the next
 * @param idle time that a publisher may send nothing while the server reads from it
 * @param blocked time that a peer may read nothing while bytes wait for it
 * @param perAddress maximum number of connections from one IPv4 address or IPv6 /64
 * @param unauthenticated maximum number of connections without an accepted publish or play; another one disconnects the
 *     oldest of them
 * @param rtmp limits on what the peer of one connection sends
 */
public record ConnectionLimits(Duration handshake, Duration connect, Duration publish, Duration idle, Duration blocked,
        int perAddress, int unauthenticated, RtmpLimits rtmp) {

    public static final ConnectionLimits DEFAULT = new ConnectionLimits(Duration.ofSeconds(5), Duration.ofSeconds(5),
            Duration.ofSeconds(10), Duration.ofSeconds(15), Duration.ofSeconds(10), 250, 1_000, RtmpLimits.DEFAULT);
}
